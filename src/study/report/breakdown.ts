/** What became of each category of a suite, and what was kept of what the baseline had: for page and Markdown alike. */

import { wilson } from '../../measure/statistics/index.ts'
import { retention } from '../../measure/suite.ts'
import type { ConditionResult, SuiteResult } from '../result.ts'
import { count, interval, percent, points, rateInterval } from './format.ts'
import type { Table } from './table.ts'
import { axes, sortedConditions } from './words.ts'

/** Flips of five rows that all go one way give p = 0.0625 in McNemar's exact test: fewer than six rows show nothing. */
export const fewest = 6

/** A table for each suite with categories: a category a row, the categories in which a method lost most first. */
export function categoryTables(conditions: readonly ConditionResult[]): Table[] {
  const shown = sortedConditions(conditions).filter(
    ({ role, categories = [] }) => (role === 'method' || role === 'reference') && categories.length > 0,
  )
  const suites = new Set(shown.flatMap(({ categories = [] }) => categories.map(({ suite }) => suite)))
  return [...suites].map(suite => {
    const of = ({ categories = [] }: ConditionResult) =>
      new Map(categories.filter(one => one.suite === suite).map(one => [one.category, one]))
    const columns = shown.map(condition => ({ condition, cells: of(condition) }))
    const names = [...new Set(columns.flatMap(({ cells }) => [...cells.keys()]))]
    const worst = (category: string) =>
      Math.min(
        0,
        ...columns
          .filter(({ condition }) => condition.role === 'method')
          .flatMap(({ cells }) => cells.get(category) ?? [])
          .filter(({ n }) => n >= fewest)
          .map(({ baseline, steered }) => steered - baseline),
      )
    return {
      title: suite,
      heads: ['category', 'rows', 'base', ...columns.map(({ condition }) => condition.name)],
      right: [false, true, true, ...columns.map(() => true)],
      rows: names
        .toSorted((a, b) => worst(a) - worst(b))
        .map(category => {
          const first = columns.flatMap(({ cells }) => cells.get(category) ?? [])[0]
          const n = first?.n ?? 0
          return [
            category,
            count(n),
            n < fewest ? 'too few' : percent(first?.baseline ?? Number.NaN),
            ...columns.map(({ cells }) => {
              const cell = cells.get(category)
              if (cell === undefined || cell.n < fewest) return 'too few'
              return `${points(cell.steered - cell.baseline)} (−${cell.lost} +${cell.gained})`
            }),
          ]
        }),
    }
  })
}

/** A table for each grid with a dose ladder: a rung a row, the mildest first. */
export function doseTables(conditions: readonly ConditionResult[]): Table[] {
  const shown = sortedConditions(conditions).filter(
    ({ role, doses = [] }) => (role === 'method' || role === 'reference') && doses.length > 0,
  )
  const suites = new Set(shown.flatMap(({ doses = [] }) => doses.map(({ suite }) => suite)))
  return [...suites].map(suite => {
    const columns = shown.map(({ name, doses = [] }) => ({
      name,
      rungs: new Map(doses.filter(one => one.suite === suite).map(one => [one.dose, one])),
    }))
    const rungs = [...new Set(columns.flatMap(({ rungs }) => [...rungs.keys()]))].sort((a, b) => a - b)
    return {
      title: suite,
      heads: ['dose', 'templates', 'rows', 'base', ...columns.map(({ name }) => name)],
      right: [false, true, true, true, ...columns.map(() => true)],
      rows: rungs.map(rung => {
        const first = columns.flatMap(({ rungs }) => rungs.get(rung) ?? [])[0]
        return [
          String(rung),
          count(first?.templates ?? 0),
          count(first?.n ?? 0),
          percent(first?.baseline ?? Number.NaN),
          ...columns.map(({ rungs }) => {
            const cell = rungs.get(rung)
            if (cell === undefined) return '–'
            const range = cell.ci === null ? '' : ` ${interval(cell.ci)}`
            return `${points(cell.steered - cell.baseline)}${range} (−${cell.lost} +${cell.gained})`
          }),
        ]
      }),
    }
  })
}

/** What stands above these tables. */
export const doseNote =
  'Templates in the order of how often the baseline keeps the property inside them, the mildest first. The order of one half of the prompts comes from the other half, so that chance in the baseline does not pass for a change; a template may stand on two rungs. Change in points with its 95 % interval by itself, and how many lost and gained the property. No rung is part of a verdict.'

/**
 * Retention: of the prompts on which the baseline had the property, those that kept it. Conditioning on success regresses
 * to the mean, so each stands beside what a second baseline keeps, where there is one.
 */
export function retentionTable(conditions: readonly ConditionResult[]): Table | null {
  const second = conditions.find(({ role }) => role === 'second-baseline')
  const rows = sortedConditions(conditions)
    .filter(({ role }) => role === 'method' || role === 'reference')
    .flatMap(condition =>
      axes
        .filter(axis => axis !== 'efficacy')
        .flatMap(axis =>
          condition.axes[axis].suites
            .filter(({ kind }) => kind === 'rate')
            .map(suite => {
              const again = second?.axes[axis].suites.find(one => one.suite === suite.suite)
              return [condition.name, suite.suite, ...kept(suite), again === undefined ? '–' : kept(again)[1]]
            }),
        ),
    )
  if (rows.length === 0) return null
  return {
    title: 'Retention',
    heads: ['condition', 'suite', 'kept', 'of what the baseline had', '95 %', 'second baseline'],
    right: [false, false, true, true, true, true],
    rows,
  }
}

/** On a grid rows are not independent, so there is no interval of a plain share. */
function kept(suite: SuiteResult): [string, string, string] {
  const { kept: still, of } = retention(suite)
  if (of <= 0) return ['0 of 0', '–', '–']
  const ci = suite.clusters === null ? rateInterval(wilson(still / of, of)) : '–'
  return [`${count(still)} of ${count(of)}`, percent(still / of), ci]
}
