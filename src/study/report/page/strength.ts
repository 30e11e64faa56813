/** How layer and strength were chosen: compliance over strength on the select split. */

import { place } from '../../active.ts'
import type { ConditionResult, Selection } from '../../result.ts'
import { shownLead, shownWords } from '../../shown-words.ts'
import { percent, points, unbroken } from '../format.ts'
import { type Curve, type Curves, spread, strengthCurves, thinned } from '../geometry/curve.ts'
import { type Html, html } from '../html.ts'
import { digits, hasUnits, unitCells, unitHeads, unitNote } from '../units.ts'
import { fourAxes } from './four-axes.ts'
import { pc } from './mark.ts'
import { labelLine } from './verdict.ts'

/** Pixels: the plot's top and bottom within an svg of 256 px. */
const top = 16
const bottom = 216

export function strengthSection(
  selections: readonly Selection[],
  conditions: readonly ConditionResult[],
  labels: readonly string[],
): Html {
  return html`<section id="strength" aria-labelledby="strength-title"><h2 id="strength-title">Strength</h2>
${
  selections.length === 0
    ? html`<p class="empty text">Nothing was selected: every condition came with its layer and strength.</p>`
    : html`<p class="text">${shownLead(selections[0]?.behaviour)}, on the select split, over the strength of the steering. Wanted is a target that rises while the control stays low. Faint: the other layers tried.</p>
${labelLine(labels)}
<div class="pair-of-charts">${selections.map(curveFigure)}</div>
${fourAxes(selections, conditions)}`
}</section>`
}

function curveFigure(selection: Selection): Html {
  const curves = strengthCurves(selection)
  return html`<figure class="curve"><h3>${selection.condition}</h3>
${selection.why !== '' && html`<p class="small muted">${unbroken(selection.why)}</p>`}
${plot(curves, label(selection, curves))}
${table(selection)}</figure>`
}

function label(selection: Selection, curves: Curves): string {
  const { chosen } = curves
  const { behaviour, baseline, condition } = selection
  const start = shownWords(behaviour, baseline)
  return chosen === null
    ? `Unsteered, ${condition} ${start}; no point was chosen.`
    : `At ${place(chosen)}, ${condition} ${shownWords(behaviour, chosen)}; unsteered it ${start}.`
}

function plot(curves: Curves, text: string): Html {
  const last = Math.max(...curves.strengths, 1e-9)
  const x = (strength: number) => pc(strength / last)
  const y = (share: number) => Number((bottom - Math.min(1, Math.max(0, share)) * (bottom - top)).toFixed(1))
  const main = curves.layers.find(layer => layer.chosen)
  const others = curves.layers.filter(layer => !layer.chosen)
  const end = main?.points.at(-1)
  const [targetAt = 0, controlAt = 0] =
    end === undefined ? [] : spread([y(end.target), y(end.control)], 32, top, bottom - 8)
  const line = (curve: Curve, key: 'target' | 'control', kind: string) =>
    curve.points.slice(1).map((point, i) => {
      const from = curve.points[i]!
      return html`<line class="c-line ${kind}" x1="${x(from.strength)}" y1="${y(from[key])}" x2="${x(point.strength)}" y2="${y(point[key])}"/>`
    })
  const dots = (curve: Curve, key: 'target' | 'control', kind: string) =>
    curve.points.map(
      point => html`<circle class="c-dot ${kind}" cx="${x(point.strength)}" cy="${y(point[key])}" r="3.5"/>`,
    )
  const { chosen } = curves
  const labelled = thinned(curves.strengths, last)
  return html`<div class="plot" role="img" aria-label="${text}">
<svg aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map(share => html`<text x="40" y="${y(share) + 4}" text-anchor="end">${Math.round(share * 100)}${share === 1 && ' %'}</text>`)}</svg>
<svg aria-hidden="true">
${[0, 0.25, 0.5, 0.75, 1].map(share => html`<line class="grid" x1="0" x2="100%" y1="${y(share)}" y2="${y(share)}"/>`)}
${labelled.map(strength => html`<text x="${x(strength)}" y="${bottom + 18}" text-anchor="middle">${strength}</text>`)}
<text x="50%" y="${bottom + 36}" text-anchor="middle">strength</text>
${others.map(curve => [line(curve, 'target', 'other'), line(curve, 'control', 'other control')])}
${chosen !== null && html`<line class="c-chosen" x1="${x(chosen.strength)}" x2="${x(chosen.strength)}" y1="${top}" y2="${bottom}"/><text class="c-name" x="${x(chosen.strength)}" y="10" text-anchor="${chosen.strength / last > 0.7 ? 'end' : 'middle'}">chosen: ${place(chosen)}</text>`}
${main !== undefined && [line(main, 'control', 'control'), line(main, 'target', ''), dots(main, 'control', 'control'), dots(main, 'target', '')]}
</svg>
<svg aria-hidden="true">${
    end !== undefined &&
    html`<text class="c-name" x="12" y="${targetAt + 4}">target ${percent(end.target)}</text><text x="12" y="${targetAt + 18}">higher is better</text><text class="c-name" x="12" y="${controlAt + 4}">control ${percent(end.control)}</text><text x="12" y="${controlAt + 18}">lower is better</text>`
  }</svg></div>`
}

function table(selection: Selection): Html {
  const units = hasUnits(selection) ? unitHeads : []
  const number = (text: string | number) => html`<td class="number">${text}</td>`
  const head = (text: string) => html`<th scope="col" class="number">${text}</th>`
  return html`<details class="more"><summary>${selection.points.length === 1 ? 'The point' : `All ${selection.points.length} points`} tried, as a table</summary>
<p class="small muted">${selection.rule}; ${selection.n.target} target and ${selection.n.control} control prompts.${units.length > 0 && ` ${unitNote}`}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Points tried for ${selection.condition}"><table class="plain">
<thead><tr>${['layer', 'strength', ...units, 'target, %', 'control, %', 'score', 'degenerate answers'].map(head)}<th scope="col">choice</th></tr></thead>
<tbody>${selection.points.map(
    point =>
      html`<tr>${[
        point.layer ?? 'its own',
        point.strength,
        ...(units.length === 0 ? [] : unitCells(point)),
        (point.target * 100).toFixed(1),
        (point.control * 100).toFixed(1),
        points(point.score, 1),
        point.degenerate,
      ].map(number)}<td>${point.chosen && html`<b>chosen</b>`}</td></tr>`,
  )}</tbody></table></div></details>
${lookedTable(selection)}`
}

/** Where a budget decided: what is beyond it is as much a part of the choice as what is within. */
function lookedTable({ budget, condition }: Selection): Html | false {
  if (budget === undefined) return false
  const { kl: most, looked } = budget
  const head = (text: string) => html`<th scope="col" class="number">${text}</th>`
  const number = (text: string | number) => html`<td class="number">${text}</td>`
  return html`<details class="more"><summary>All ${looked.length} strengths looked at for the budget, as a table</summary>
<p class="small muted">KL on harmless text, in nats; the budget is ${most} at the 95th percentile.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Strengths looked at for ${condition}"><table class="plain">
<thead><tr>${['layer', 'strength', 'KL, 95 %', 'KL, mean'].map(head)}<th scope="col">budget</th></tr></thead>
<tbody>${looked.map(
    ({ layer, strength, kl }) =>
      html`<tr>${[layer ?? 'its own', strength, digits(kl.p95, 2), digits(kl.mean, 2)].map(number)}<td>${kl.p95 <= most ? 'within' : 'beyond'}</td></tr>`,
  )}</tbody></table></div></details>`
}
