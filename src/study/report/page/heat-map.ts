/** Template × condition: where under distribution shift a property was lost. */

import type { ConditionResult, TemplateResult } from '../../result.ts'
import { points, share } from '../format.ts'
import { type Html, html } from '../html.ts'
import { sortedConditions } from '../words.ts'
import { changeStep, rateStep } from './colours.ts'
import { labelLine } from './verdict.ts'

/** Cells of fewer rows than this are hatched. */
const few = 5

export function heatMapSection(conditions: readonly ConditionResult[], labels: readonly string[]): Html {
  const shown = sortedConditions(conditions).filter(
    condition => condition.role !== 'baseline' && condition.templates.length > 0,
  )
  const suites = [...new Set(shown.flatMap(condition => condition.templates.map(row => row.suite)))]
  return html`<section id="templates" aria-labelledby="templates-title"><h2 id="templates-title">Templates</h2>
${
  suites.length === 0
    ? html`<p class="empty text">No suite of this study wraps its prompts in templates.</p>`
    : html`<p class="text">Change of the property within each template, in points; negative is worse. The template under which a method lost most stands first.</p>
${labelLine(labels)}
${suites.map((suite, i) => heatMap(suite, i, shown))}
${key()}`
}</section>`
}

function heatMap(suite: string, index: number, conditions: readonly ConditionResult[]): Html {
  const cells = conditions.map(
    condition => new Map(condition.templates.filter(row => row.suite === suite).map(row => [row.template, row])),
  )
  const templates = [...new Set(cells.flatMap(column => [...column.keys()]))]
  const methods = cells.filter((_, i) => conditions[i]?.role === 'method')
  const worst = (template: string) =>
    Math.min(0, ...methods.flatMap(column => column.get(template) ?? []).map(row => row.steered - row.baseline))
  const sorted = templates.toSorted((a, b) => worst(a) - worst(b))
  return html`<div class="heat"><h3 id="heat-${index}">${suite}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="${suite}, template by template"><table>
<thead><tr><th scope="col">template</th><th scope="col">base, %</th><td class="gap"></td>${conditions.map(condition => html`<th scope="col">${condition.name}</th>`)}</tr></thead>
<tbody>${sorted.map(template => {
    const base = cells.map(column => column.get(template)).find(row => row !== undefined)
    return html`<tr><th scope="row">${template}</th>${baseCell(base)}<td class="gap"></td>${cells.map(column => changeCell(column.get(template)))}</tr>`
  })}</tbody></table></div></div>`
}

function baseCell(row: TemplateResult | undefined): Html {
  if (row === undefined || row.n === 0) return html`<td>–</td>`
  return html`<td class="${rateStep(row.baseline)}${row.n < few && ' few'}">${share(row.baseline)}<span class="only-read"> of ${row.n}</span></td>`
}

function changeCell(row: TemplateResult | undefined): Html {
  if (row === undefined || row.n === 0) return html`<td>–</td>`
  const change = row.steered - row.baseline
  const detail = `${share(row.baseline)} → ${share(row.steered)} %, n = ${row.n}`
  return html`<td class="${changeStep(change)}${row.n < few && ' few'}" title="${detail}">${points(change)}</td>`
}

function key(): Html {
  const steps = ['h-5', 'h-4', 'h-3', 'h-2', 'h-1', 'h0', 'h1', 'h2', 'h3', 'h4', 'h5']
  return html`<p class="key"><span class="run">lost <span class="strip">${steps.map(step => html`<i class="${step}"></i>`)}</span> gained</span><span class="run"><i class="few"></i> fewer than ${few} prompts</span></p>`
}
