/** What the answers of each condition look like, whatever they say. */
import type { StudyResult } from '../../result.ts'
import { answersNote, answersTable } from '../answers-table.ts'
import { type Html, html } from '../html.ts'
import { plainTable } from './table.ts'
import { labelLine } from './verdict.ts'

/** False for a result that has no such figures. */
export function answersSection(result: StudyResult): Html | false {
  const table = answersTable(result.conditions)
  if (table === null) return false
  return html`<section id="looks" aria-labelledby="looks-title"><h2 id="looks-title">${table.title}</h2>
${labelLine(result.labels)}
<p class="text small">${answersNote}</p>
${plainTable({ ...table, title: `${table.title}, condition by condition` })}</section>`
}
