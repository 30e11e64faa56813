/** How much each method's changes differ from fit to fit. */
import type { ConditionResult } from '../../result.ts'
import { fitsNote, fitsTable } from '../fits.ts'
import { type Html, html } from '../html.ts'
import { methodsOf } from '../words.ts'
import { plainTable } from './table.ts'
import { labelLine } from './verdict.ts'

/** False where every method was fitted once. */
export function fitsSection(conditions: readonly ConditionResult[], labels: readonly string[]): Html | false {
  const tables = methodsOf(conditions).flatMap(condition => fitsTable(condition) ?? [])
  if (tables.length === 0) return false
  return html`<section id="fits" aria-labelledby="fits-title"><h2 id="fits-title">From fit to fit</h2>
${labelLine(labels)}
<p class="text small">${fitsNote}</p>
${tables.map(table => html`<h3>${table.title}</h3>${plainTable(table)}`)}</section>`
}
