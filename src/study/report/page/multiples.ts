/** All conditions side by side: the same rows on the same scale. */

import type { AxisName, ConditionResult } from '../../result.ts'
import { checkSentences } from '../checks.ts'
import { decidingInterval, fromTo, points } from '../format.ts'
import { intervalMark } from '../geometry/interval.ts'
import type { Scale } from '../geometry/scale.ts'
import { type Html, html } from '../html.ts'
import { axes, decidingSuite, roles, sortedConditions, states, verdicts } from '../words.ts'
import { pictureLabel } from './interval-table.ts'
import { glyph, intervalSvg, smallScaleSvg } from './mark.ts'
import { labelLine } from './verdict.ts'

export function multiplesSection(
  conditions: readonly ConditionResult[],
  scale: Scale,
  labels: readonly string[],
): Html {
  const shown = sortedConditions(conditions).filter(condition => condition.role !== 'baseline')
  return html`<section id="conditions" aria-labelledby="conditions-title"><h2 id="conditions-title">All conditions</h2>
<p class="text">The suite that decides each axis, on the scale of the pictures above. References and checks are dashed: a method has to do what none of them does.</p>
${checkSentences({ conditions }).map(sentence => html`<p class="label-line small">${sentence}</p>`)}
${labelLine(labels)}
<div class="multiples">${shown.map(condition => multiple(condition, scale))}</div>
${table(shown)}
</section>`
}

function multiple(condition: ConditionResult, scale: Scale): Html {
  const method = condition.role === 'method'
  const look = verdicts[condition.verdict]
  const word = method
    ? html`<span class="state t-${look.tone}">${glyph(look)}${look.word}</span>`
    : html`${roles[condition.role]}`
  return html`<div class="multiple">
<h3>${condition.name}</h3>
<p class="word">${word}</p>
<p class="who small muted">${condition.description}</p>
<div class="rows">${axes.map(axis => multipleRow(axis, condition, scale, method ? 'solid' : 'dashed'))}
<div class="mrow maxis" aria-hidden="true"><span></span><div class="pic">${smallScaleSvg(scale)}</div></div></div></div>`
}

function multipleRow(axis: AxisName, condition: ConditionResult, scale: Scale, stroke: 'solid' | 'dashed'): Html {
  const result = condition.axes[axis]
  const suite = decidingSuite(result)
  const look = states[result.state]
  const word = html`<span class="only-read">${look.word}</span>`
  if (suite === undefined)
    return html`<div class="mrow"><span>${axis}</span><div class="pic"></div><span class="change">–</span>${glyph(look)}${word}</div>`
  const mark = intervalMark(suite, axis !== 'efficacy', scale)
  return html`<div class="mrow"><span>${axis}</span><div class="pic">${intervalSvg(mark, scale, { stroke, y: 14, label: pictureLabel(axis, suite) })}</div><span class="change">${points(suite.change)}</span>${glyph(look)}${word}</div>`
}

function table(conditions: readonly ConditionResult[]): Html {
  return html`<details class="more"><summary>As a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="All conditions as a table"><table class="plain">
<thead><tr><th scope="col">condition</th><th scope="col">role</th><th scope="col">verdict</th>${axes.map(axis => html`<th scope="col">${axis}</th>`)}</tr></thead>
<tbody>${conditions.map(
    condition =>
      html`<tr><th scope="row">${condition.name}</th><td>${roles[condition.role]}</td><td class="nowrap">${verdicts[condition.verdict].word}</td>${axes.map(axis => html`<td class="nowrap">${cell(axis, condition)}</td>`)}</tr>`,
  )}</tbody></table></div></details>`
}

function cell(axis: AxisName, condition: ConditionResult): Html {
  const result = condition.axes[axis]
  const suite = decidingSuite(result)
  if (suite === undefined) return html`${states[result.state].word}`
  return html`${fromTo(suite)}<br>${points(suite.change)} ${decidingInterval(suite)}<br>${states[result.state].word}`
}
