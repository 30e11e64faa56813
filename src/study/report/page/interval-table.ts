/** The picture that says it: every suite of one condition on one scale, numbers beside it. */

import { morePrompts } from '../../../measure/suite-why.ts'
import type { AxisName, ConditionResult, SuiteResult } from '../../result.ts'
import { count, decidingInterval, fromTo, interval, points, pValue, rateInterval, unit, values } from '../format.ts'
import { intervalMark } from '../geometry/interval.ts'
import { pointScale, type Scale } from '../geometry/scale.ts'
import { breakable, type Html, html } from '../html.ts'
import { axes, commonMargin, states, suitesOf } from '../words.ts'
import { intervalSvg, type Stroke, scaleSvg, stateWord } from './mark.ts'

/** One scale for all: wide enough for every interval of the methods. */
export function sharedScale(conditions: readonly ConditionResult[]): Scale {
  const suites = conditions.flatMap(condition => axes.flatMap(axis => condition.axes[axis].suites))
  return pointScale(suites.flatMap(suite => [suite.change, ...suite.ci]))
}

/** The line that most kept suites have (a share, negative); null where nothing is kept. */
export function commonLine(conditions: readonly ConditionResult[]): number | null {
  const kept = axes.filter(axis => axis !== 'efficacy')
  const margin = commonMargin(conditions.flatMap(condition => kept.flatMap(axis => condition.axes[axis].suites)))
  return margin === null ? null : -margin
}

/** One sentence that says what the picture shows. */
export function pictureLabel(axis: AxisName, suite: SuiteResult): string {
  const line = axis === 'efficacy' ? '' : ` The line is at ${points(-suite.margin)}.`
  const bounds = `95 % interval ${points(suite.ci[0])} to ${points(suite.ci[1])}`
  return `${axis}, ${suite.suite}: ${points(suite.change)} ${unit(suite)}, ${bounds}: ${states[suite.state].word}.${line}`
}

export function intervalTable(condition: ConditionResult, scale: Scale, line: number | null): Html {
  const stroke: Stroke = condition.role === 'method' ? 'solid' : 'dashed'
  return html`<div class="iv"><table role="table">
<caption class="only-read">Change of every suite under ${condition.name}, in points, with 95 % intervals</caption>
<thead role="rowgroup"><tr role="row">
${heading('axis', 'axis')}${heading('suite', 'suite, property')}${heading('base', 'base → steered')}
<th class="c-pic" role="columnheader" scope="col"><span class="only-read">picture</span><div class="pic">${scaleSvg(scale, line)}</div></th>
${heading('change', 'change')}${heading('ci', '95 %')}${heading('n', 'n')}${heading('lg', 'lost / gained')}${heading('state', 'state')}${heading('why', 'why')}
</tr></thead>
<tbody role="rowgroup">
${axes.map(axis => {
  const suites = suitesOf(condition.axes[axis])
  return suites.length === 0
    ? emptyRow(axis, condition)
    : suites.map((suite, i) => row({ axis, suite, again: i > 0, kept: axis !== 'efficacy', scale, stroke, line }))
})}
${condition.extra.map((suite, i) => {
  const kept = suite.kept === true
  return row({
    axis: kept ? 'robustness' : 'efficacy',
    title: 'outside the verdict',
    suite,
    again: i > 0,
    kept,
    scale,
    stroke,
    line,
  })
})}
</tbody></table></div>`
}

function heading(area: string, text: string): Html {
  return html`<th class="c-${area}" role="columnheader" scope="col">${text}</th>`
}

interface Row {
  readonly axis: AxisName
  /** What stands in the first column. */
  readonly title?: string
  readonly suite: SuiteResult
  /** Whether the row above is of the same axis. */
  readonly again: boolean
  readonly kept: boolean
  readonly scale: Scale
  readonly stroke: Stroke
  /** The line named above the rows. */
  readonly line: number | null
}

function row({ axis, title = axis, suite, again, kept, scale, stroke, line }: Row): Html {
  const mark = intervalMark(suite, kept, scale)
  const own = kept && -suite.margin !== line ? -suite.margin : null
  return html`<tr role="row">
<td class="c-axis${again && ' again'}" role="cell"><span>${title}</span></td>
<th class="c-suite" role="rowheader" scope="row"><b>${breakable(suite.suite)}</b><span>${suite.property}</span></th>
<td class="c-base nowrap" role="cell" data-label="base → steered">${fromTo(suite)}</td>
<td class="c-pic" role="cell"><div class="pic">${intervalSvg(mark, scale, { stroke, y: 22, line: own, label: pictureLabel(axis, suite) })}</div></td>
<td class="c-change nowrap" role="cell" data-label="change">${points(suite.change)}${suite.kind === 'perplexity' && ' %'}</td>
<td class="c-ci nowrap" role="cell" data-label="95 %">${decidingInterval(suite)}</td>
<td class="c-n nowrap" role="cell" data-label="n">${count(suite.n)}</td>
<td class="c-lg nowrap" role="cell" data-label="lost / gained">${suite.kind === 'rate' ? `${count(suite.lost)} / ${count(suite.gained)}` : '–'}</td>
<td class="c-state" role="cell">${stateWord(suite.state)}</td>
<td class="c-why" role="cell">${suite.why}${needed(suite)}</td>
</tr>`
}

/** What would decide an undecided suite, unless its sentence says so. */
function needed(suite: SuiteResult): string {
  if (suite.moreNeeded === null || suite.why.includes('would decide')) return ''
  const more = morePrompts(suite.moreNeeded)
  return ` ${more[0]!.toUpperCase()}${more.slice(1)}.`
}

function emptyRow(axis: AxisName, condition: ConditionResult): Html {
  return html`<tr role="row">
<td class="c-axis" role="cell"><span>${axis}</span></td>
<th class="c-suite" role="rowheader" scope="row"><span>no suite was measured</span></th>
<td class="c-base" role="cell"></td><td class="c-pic" role="cell"></td><td class="c-change" role="cell"></td><td class="c-ci" role="cell"></td><td class="c-n" role="cell"></td><td class="c-lg" role="cell"></td>
<td class="c-state" role="cell">${stateWord(condition.axes[axis].state)}</td><td class="c-why" role="cell"></td>
</tr>`
}

/** Every figure of one condition, with decimals. */
export function figuresTable(condition: ConditionResult): Html {
  const suites = [
    ...axes.flatMap(axis => suitesOf(condition.axes[axis]).map(suite => ({ axis: axis as string, suite }))),
    ...condition.extra.map(suite => ({ axis: 'outside the verdict', suite })),
  ]
  const titles = [
    'n',
    'base',
    '95 % (Wilson)',
    'steered',
    '95 % (Wilson)',
    'change',
    '95 %',
    'interval',
    'margin',
    'p (McNemar)',
    'lost',
    'gained',
    'unscored',
    'degenerate, base',
    'degenerate',
    'cut short',
    'more to decide',
  ]
  return html`<details class="more"><summary>All figures of ${condition.name}, with decimals and p-values</summary>
<div class="scroll" tabindex="0" role="region" aria-label="All figures of ${condition.name}"><table class="plain">
<thead><tr><th scope="col">axis</th><th scope="col">suite</th>${titles.map(title => html`<th scope="col" class="number">${title}</th>`)}<th scope="col">clusters</th><th scope="col">state</th></tr></thead>
<tbody>${suites.map(({ axis, suite }) => {
    const rate = suite.kind === 'rate'
    const cells = [
      count(suite.n),
      rate ? (suite.baseline * 100).toFixed(1) : values(suite).base,
      rateInterval(suite.baselineInterval),
      rate ? (suite.steered * 100).toFixed(1) : values(suite).steered,
      rateInterval(suite.steeredInterval),
      points(suite.change, 1),
      interval(suite.ci, 1),
      suite.interval,
      points(-suite.margin, 1),
      pValue(suite.p),
      count(suite.lost),
      count(suite.gained),
      count(suite.unscored),
      count(suite.baselineDegenerate),
      count(suite.degenerate),
      count(suite.truncated),
      suite.moreNeeded === null ? '–' : count(suite.moreNeeded),
    ]
    return html`<tr><td>${axis}</td><th scope="row">${breakable(suite.suite)}</th>${cells.map(cell => html`<td class="number">${cell}</td>`)}<td class="nowrap">${clusters(suite)}</td><td class="nowrap">${states[suite.state].word}</td></tr>`
  })}</tbody></table></div>
<p class="tiny muted">Rates in percent, changes in points (perplexity: percent of the baseline); negative is worse.</p></details>`
}

function clusters(suite: SuiteResult): string {
  const entries = Object.entries(suite.clusters ?? {})
  return entries.length === 0 ? '–' : entries.map(([name, n]) => `${n} ${name}`).join(' × ')
}
