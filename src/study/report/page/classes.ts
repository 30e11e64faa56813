/** Whose answer was given, of questions that context and memory answer differently. */
import type { StudyResult } from '../../result.ts'
import { classesNote, classesTable, knowledgeSentence } from '../classes.ts'
import { type Html, html } from '../html.ts'
import { plainTable } from './table.ts'
import { labelLine } from './verdict.ts'

/** False for a study without such questions. */
export function classesSection(result: StudyResult): Html | false {
  const table = classesTable(result.conditions)
  if (table === null) return false
  return html`<section id="classes" aria-labelledby="classes-title"><h2 id="classes-title">${table.title}</h2>
${labelLine(result.labels)}
<p class="text">${knowledgeSentence(result)}</p>
<p class="text small">${classesNote}</p>
${plainTable({ ...table, title: `${table.title}, condition by condition` })}</section>`
}
