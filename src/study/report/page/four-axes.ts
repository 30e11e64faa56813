/** All four axes over the strength, at the chosen layer: what was explored on the select split beside what was tested. */
import type { AxisName, ConditionResult, ExploredPoint, Selection } from '../../result.ts'
import { exploredTable, rateText } from '../explored.ts'
import { percent } from '../format.ts'
import { thinned } from '../geometry/curve.ts'
import { type Html, html } from '../html.ts'
import { axes } from '../words.ts'
import { pc } from './mark.ts'
import { plainTable } from './table.ts'

/** Pixels: the plot's top and bottom within an svg of 176 px. */
const top = 12
const bottom = 140

/** The curves of every selection that has some; nothing where nothing was explored. */
export function fourAxes(selections: readonly Selection[], conditions: readonly ConditionResult[]): Html {
  const explored = selections.filter(selection => (selection.explored ?? []).length > 0)
  const [first] = explored
  if (first === undefined) return html``
  const { target, control } = first.n
  return html`<div class="four-axes"><h3>All four axes at the chosen layer</h3>
<p class="text small muted">Up is better. Rings with their 95 % intervals are exploratory: measured on the select split (${target} target prompts, ${control} control prompts, few rows of the others), they chose no strength and are part of no verdict. Filled marks were tested: unsteered, and at the chosen strength.</p>
${explored.map(selection => ofSelection(selection, conditions))}</div>`
}

function ofSelection({ condition, explored = [] }: Selection, conditions: readonly ConditionResult[]): Html {
  const tested = conditions.find(({ name }) => name === condition)
  return html`<h4>${condition}</h4>
<div class="axis-curves">${axes.map(axis => axisCurve(axis, explored, tested))}</div>
${table(condition, explored)}`
}

interface Tested {
  readonly suite: string
  readonly points: readonly { readonly strength: number; readonly rate: number }[]
}

/** The axis's first suite that is a rate, with nothing done and as chosen. */
function testedOf(axis: AxisName, condition: ConditionResult | undefined): Tested | null {
  const suite = condition?.axes[axis].suites.find(({ kind }) => kind === 'rate')
  if (suite === undefined || condition?.strength == null) return null
  return {
    suite: suite.suite,
    points: [
      { strength: 0, rate: suite.baseline },
      { strength: condition.strength, rate: suite.steered },
    ],
  }
}

function axisCurve(axis: AxisName, explored: readonly ExploredPoint[], condition: ConditionResult | undefined): Html {
  const strengths = explored.map(point => point.strength)
  const [first, last] = [Math.min(0, ...strengths), Math.max(1e-9, ...strengths)]
  const x = (strength: number) => pc((strength - first) / (last - first))
  const y = (share: number) => Number((bottom - share * (bottom - top)).toFixed(1))
  const measured = explored.flatMap(({ strength, chosen, axes: { [axis]: found } }) =>
    found.rate === null || found.ci === null ? [] : [{ strength, chosen, rate: found.rate, ci: found.ci }],
  )
  const tested = testedOf(axis, condition)
  const chosen = explored.find(point => point.chosen)
  return html`<figure class="axis-curve"><figcaption>${axis}</figcaption><div class="plot" role="img" aria-label="${label(axis, explored, tested)}">
<svg aria-hidden="true">${[0, 0.5, 1].map(share => html`<text x="36" y="${y(share) + 4}" text-anchor="end">${Math.round(share * 100)}${share === 1 && ' %'}</text>`)}</svg>
<svg aria-hidden="true">
${[0, 0.5, 1].map(share => html`<line class="grid" x1="0" x2="100%" y1="${y(share)}" y2="${y(share)}"/>`)}
${thinned(strengths, last - first).map(strength => html`<text x="${x(strength)}" y="${bottom + 18}" text-anchor="middle">${strength}</text>`)}
<text x="50%" y="${bottom + 34}" text-anchor="middle">strength</text>
${chosen !== undefined && html`<line class="c-chosen" x1="${x(chosen.strength)}" x2="${x(chosen.strength)}" y1="${top - 8}" y2="${bottom}"/>`}
${measured.slice(1).map((point, i) => {
  const from = measured[i]!
  return html`<line class="c-line control" x1="${x(from.strength)}" y1="${y(from.rate)}" x2="${x(point.strength)}" y2="${y(point.rate)}"/>`
})}
${measured.map(({ strength, rate, ci }) => html`<line class="c-whisker" x1="${x(strength)}" x2="${x(strength)}" y1="${y(ci[0])}" y2="${y(ci[1])}"/><circle class="c-dot control" cx="${x(strength)}" cy="${y(rate)}" r="3.5"/>`)}
${tested?.points.map(({ strength, rate }) => html`<circle class="c-dot" cx="${x(strength)}" cy="${y(rate)}" r="4.5"/>`)}
</svg></div></figure>`
}

function label(axis: AxisName, explored: readonly ExploredPoint[], tested: Tested | null): string {
  const points = explored.map(point => `${rateText(point.axes[axis])} at strength ${point.strength}`).join(', ')
  const shown = tested?.points.map(({ rate }) => percent(rate)).join(' and ')
  return `${axis}, exploratory: ${points}.${tested === null ? '' : ` Tested on ${tested.suite}: ${shown}, unsteered and as chosen.`}`
}

function table(condition: string, explored: readonly ExploredPoint[]): Html {
  return html`<details class="more"><summary>The exploratory points as a table</summary>${plainTable(exploredTable(condition, explored))}</details>`
}
