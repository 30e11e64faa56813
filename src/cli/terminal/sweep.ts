/** What a sweep tried, and what it chose. */

import type { Kl } from '../../study/harmless/index.ts'
import { percent, points } from '../../study/report/format.ts'
import { unitCells } from '../../study/report/units.ts'
import { axes } from '../../study/report/words.ts'
import type { ExploredRate } from '../../study/result.ts'
import type { Sweep } from '../../study/sweep/index.ts'
import { nats } from '../../study/why-chosen.ts'
import type { Output } from './output.ts'
import { prose } from './prose.ts'

export function showSweep(sweep: Sweep, output: Output): void {
  const mark = output.unicode ? '●' : '*'
  output.print(`${prose(askedText(sweep))}\n`)
  output.print(`${pointTable(sweep, mark, output)}\n`)
  if (sweep.budget !== undefined) output.print(`${lookedText(sweep.budget)}\n`)
  if ((sweep.explored ?? []).length > 0) output.print(`${exploredText(sweep, mark)}\n`)
  output.print(prose(sweep.why))
  for (const label of sweep.labels) output.print(prose(label))
  const left = sweep.dropped.reduce((sum, { rows }) => sum + rows, 0)
  if (left > 0) output.note(`${left} rows of the data were left out: --json and --html say which, and why.`)
}

/** What the two columns count, and on which rows. */
function askedText({ behaviour, asked, n }: Sweep): string {
  const [target, control] =
    behaviour === 'faithfulness'
      ? ['answered from the context', 'answered other than from memory']
      : ['answered', 'no longer refused']
  return `target: of ${n.target} prompts of ${asked.target}, those ${target} (more is better). control: of ${n.control} of ${asked.control}, those ${control} (fewer is better). score: the one less the other.`
}

/** By layer, the divergence at every strength that was looked at: `within 0.5 → 0.0062, 1 → 0.23; beyond 2 → 3.9`. */
function lookedText({ kl: budget, looked }: NonNullable<Sweep['budget']>): string {
  const lines = [...Map.groupBy(looked, ({ layer }) => layer)].map(([layer, points]) => {
    const [within = [], beyond = []] = [true, false].map(is => points.filter(({ kl }) => kl.p95 <= budget === is))
    const told = [...listed('within', within), ...listed('beyond', beyond)].join('; ')
    return prose(`${layer === null ? 'its own layers' : `layer ${layer}`}: ${told}`, 4)
  })
  const unit = budget === 1 ? 'nat' : 'nats'
  return [`Strengths looked at → KL, for the budget of ${budget} ${unit}`, ...lines].join('\n')
}

function listed(what: string, points: readonly Readonly<{ strength: number; kl: Kl }>[]): string[] {
  const told = points.map(({ strength, kl }) => `${strength}\u00a0→\u00a0${nats(kl)}`)
  return told.length === 0 ? [] : [`${what} ${told.join(', ')}`]
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
