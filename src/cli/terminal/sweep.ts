/** What a sweep tried, and what it chose. */
import { percent, points } from '../../study/report/format.ts'
import { unitCells } from '../../study/report/units.ts'
import { axes } from '../../study/report/words.ts'
import type { ExploredRate } from '../../study/result.ts'
import type { Sweep } from '../../study/sweep/index.ts'
import type { Output } from './output.ts'

export function showSweep(sweep: Sweep, output: Output): void {
  const mark = output.unicode ? '●' : '*'
  output.print(`${pointTable(sweep, mark, output)}\n`)
  if ((sweep.explored ?? []).length > 0) output.print(`${exploredText(sweep, mark)}\n`)
  output.print(sweep.why)
  for (const label of sweep.labels) output.print(label)
  const left = sweep.dropped.reduce((sum, { rows }) => sum + rows, 0)
  if (left > 0) output.note(`${left} rows of the data were left out: --json and --html say which, and why.`)
}

function pointTable({ points: tried, baseline }: Sweep, mark: string, { style }: Output): string {
  const heads = ['', 'layer', 'strength', 'added', 'of norm', 'KL', 'target', 'control', 'score', 'degenerate']
  const unsteered = ['', '–', '0', '', '', '', percent(baseline.target), percent(baseline.control)]
  const lines = tried.map(point => {
    const [added = '', ofNorm = '', kl = ''] = unitCells(point)
    return [
      point.chosen ? mark : '',
      point.layer === null ? 'own' : String(point.layer),
      String(point.strength),
      ...[added, ofNorm, kl],
      ...[percent(point.target), percent(point.control), points(point.score), String(point.degenerate)],
    ]
  })
  const [head = '', ...rows] = aligned([
    heads,
    [...unsteered, points(baseline.target - baseline.control), ''],
    ...lines,
  ])
  const marked = rows.map((row, i) => (tried[i - 1]?.chosen === true ? style('bold', row) : row))
  return [style('dim', head), ...marked].join('\n')
}

function exploredText({ explored = [], best }: Sweep, mark: string): string {
  const where = best.layer === null ? 'its own layers' : `layer ${best.layer}`
  const rows = explored.map(({ strength, chosen, axes: rates }) => [
    chosen ? mark : '',
    String(strength),
    ...axes.map(axis => rateCell(rates[axis])),
  ])
  const table = aligned([['', 'strength', ...axes], ...rows]).join('\n')
  return `Exploratory, at ${where}, with 95 % intervals; up is better. These chose nothing.\n${table}`
}

/** `65 % [50, 77]`. */
function rateCell({ rate, ci }: ExploredRate): string {
  const bounds = ci === null ? '' : ` [${ci.map(share => Math.round(100 * share)).join(', ')}]`
  return rate === null ? 'not scored' : `${percent(rate)}${bounds}`
}

/** Columns of numbers under their heads. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map(line => line[i]?.length ?? 0)))
  return lines.map(line =>
    widths
      .map((width, i) => (line[i] ?? '').padStart(width))
      .join('  ')
      .trimEnd(),
  )
}
