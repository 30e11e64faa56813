/** Categories and retention, as tables. */
import type { ConditionResult } from '../../result.ts'
import { categoryTables, doseNote, doseTables, fewest, retentionTable } from '../breakdown.ts'
import { type Html, html } from '../html.ts'
import { plainTable } from './table.ts'
import { labelLine } from './verdict.ts'

export function breakdownSection(conditions: readonly ConditionResult[], labels: readonly string[]): Html {
  const tables = categoryTables(conditions)
  const doses = doseTables(conditions)
  const retention = retentionTable(conditions)
  return html`<section id="breakdown" aria-labelledby="breakdown-title"><h2 id="breakdown-title">Categories and what was kept</h2>
${labelLine(labels)}
${
  retention !== null &&
  html`<h3>Of what the baseline had</h3>
<p class="text small">Of the prompts on which the baseline had the property, those on which it was kept. A model that is asked again keeps less than everything too: the last column is the second baseline’s.</p>
${plainTable(retention)}`
}
${
  doses.length > 0 &&
  html`<h3>Dose ladder</h3>
<p class="text small">${doseNote}</p>
${doses.map(table => html`<h4>${table.title}</h4>${plainTable(table)}`)}`
}
${
  tables.length === 0
    ? html`<p class="empty text">No suite of this study has categories.</p>`
    : html`<p class="text small">Change of the property within each category, in points, and how many prompts lost and gained it. Where fewer than ${fewest} prompts were scored on both sides nothing could be told; no other cell is tested either, since of many some stand out by chance.</p>
${tables.map(table => html`<details class="more"><summary>${table.title}: ${table.rows.length} categories</summary>${plainTable(table)}</details>`)}`
}</section>`
}
