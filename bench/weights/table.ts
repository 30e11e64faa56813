import { machineLine } from '../machine.ts'
import { medianText } from '../repeat.ts'
import type { WeightsBenchmark, WeightsRow } from './index.ts'

export function weightsTable({ machine, model, threads, turns, rows }: WeightsBenchmark): string {
  const jobs = Object.keys(rows[0]?.seconds ?? {}) as (keyof WeightsRow['seconds'])[]
  const cell = (row: WeightsRow, job: (typeof jobs)[number], i: number) =>
    i === 0 ? `${row.seconds[job].median.toFixed(2)} s` : `${medianText(row.faster[job])} ×`
  const wide = (label: string, value: (row: WeightsRow, i: number) => string) =>
    `| ${label} | ${rows.map(value).join(' | ')} |`
  return [
    machineLine(machine),
    `${model}, ${threads} threads; medians of ${turns} turns with their 95 % intervals; × is how many times as fast as the file as it is.`,
    '',
    wide('', (row, i) => (i === 0 ? `${row.type}, as it is` : `written as ${row.type}`)),
    `|---|${rows.map(() => '--:|').join('')}`,
    ...jobs.map(job => wide(job, (row, i) => cell(row, job, i))),
    wide('size', row => `${Math.round(row.bytes / 1e6)} MB`),
    wide('first token: KL from the file as it is, mean and most', ({ divergence: { mean, most } }, i) =>
      i === 0 ? '' : `${mean.toFixed(4)}, ${most.toFixed(4)} nats`,
    ),
    wide('the same likeliest first token', (row, i) => (i === 0 ? '' : `${(100 * row.sameFirst).toFixed(0)} %`)),
  ].join('\n')
}
