/**
 * How often intervals of 95 % hold the truth: the tables of docs/statistics.md.
 * npm run coverage -- [--rounds N] [--only INTERVAL] [--json]
 */
import { parseArgs } from 'node:util'
import { type Band, type Covered, everyBand, otherFigures, type Scenario, scenarios } from './coverage/scenarios.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4000' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const wanted = (scenario: Scenario) => values.only === undefined || scenario.interval.startsWith(values.only)

interface Row {
  readonly interval: string
  readonly sample: string
  readonly use: Scenario['use']
  readonly covered: Partial<Record<Band | 'all', Covered>>
}

const byRate = scenarios.filter(wanted).map(scenario => row(scenario, everyBand))
const others = otherFigures.filter(wanted).map(scenario => row(scenario, ['all']))

if (values.json) console.log(JSON.stringify({ rounds, byRate, others }, null, 2))
else {
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${rounds} rounds where simulated, the lowest in brackets where summed exactly\n`,
  )
  print(byRate, ['1 %', '10 %', '50 %'])
  print(others, ['all'])
}

function row({ interval, sample, use, cover }: Scenario, columns: readonly (Band | 'all')[]): Row {
  console.error(`${interval}, ${sample}`)
  const covered = columns.map(column => [column, cover(column === 'all' ? '1 %' : column, rounds)] as const)
  return { interval, sample, use, covered: Object.fromEntries(covered) }
}

function print(rows: readonly Row[], columns: readonly (Band | 'all')[]): void {
  if (rows.length === 0) return
  const titles = columns.map(column => (column === 'all' ? 'covered' : `near ${column}`))
  console.log(`| interval | sample | ${titles.join(' | ')} |\n|---|---|${columns.map(() => '---|').join('')}`)
  for (const { interval, sample, covered } of rows) {
    console.log(`| \`${interval}\` | ${sample} | ${columns.map(column => told(covered[column])).join(' | ')} |`)
  }
  console.log()
}

function told(covered: Covered | undefined): string {
  if (covered === undefined) return ''
  const percent = (share: number) => (100 * share).toFixed(1)
  return `${percent(covered.average)}${covered.rounds === 0 ? ` (${percent(covered.lowest)})` : ''}`
}
