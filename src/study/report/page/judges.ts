/** How far the judges are to be trusted. */
import type { StudyResult } from '../../result.ts'
import { type Html, html } from '../html.ts'
import { judgeText } from '../judges/index.ts'
import type { JudgeTable } from '../judges/table.ts'
import { plainTable } from './table.ts'

export function judgesSection(result: StudyResult): Html | null {
  const text = judgeText(result)
  if (text === null) return null
  return html`<section id="judges" aria-labelledby="judges-title"><h2 id="judges-title">The judges</h2>
${text.sentences.map(sentence => html`<p class="text">${sentence}</p>`)}
${text.tables.map(tableOf)}</section>`
}

function tableOf({ sentences, ...table }: JudgeTable): Html {
  return html`<h3>${table.title}</h3>
${sentences.map(sentence => html`<p class="text">${sentence}</p>`)}
${table.rows.length > 0 && plainTable(table)}`
}
