/** What was measured along the strengths on the select split, as text. */
import type { ExploredPoint, ExploredRate } from '../result.ts'
import { percent } from './format.ts'
import type { Table } from './table.ts'
import { axes } from './words.ts'

export function rateText({ rate }: ExploredRate): string {
  return rate === null ? 'not scored' : percent(rate)
}

/** A row a strength, `72 % [58, 83] of 46` a cell. */
export function exploredTable(condition: string, explored: readonly ExploredPoint[]): Table {
  return {
    title: `Exploratory points of ${condition}`,
    heads: ['strength', ...axes, 'choice'],
    right: [true, ...axes.map(() => true), false],
    rows: explored.map(({ strength, chosen, axes: rates }) => [
      String(strength),
      ...axes.map(axis => cell(rates[axis])),
      chosen ? 'chosen' : '',
    ]),
  }
}

function cell(found: ExploredRate): string {
  const bounds = found.ci === null ? '' : ` [${found.ci.map(share => Math.round(100 * share)).join(', ')}]`
  return `${rateText(found)}${bounds} of ${found.n}`
}
