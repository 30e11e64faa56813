/** How far the judges are to be trusted. */
import type { StudyResult } from '../../result.ts'
import { type Html, html } from '../html.ts'
import { type JudgeTable, judgeText } from '../judges.ts'

export function judgesSection(result: StudyResult): Html | null {
  const text = judgeText(result)
  if (text === null) return null
  return html`<section id="judges" aria-labelledby="judges-title"><h2 id="judges-title">The judges</h2>
${text.sentences.map(sentence => html`<p class="text">${sentence}</p>`)}
${text.tables.map(tableOf)}</section>`
}

function tableOf({ title, sentences, heads, right, rows }: JudgeTable): Html {
  const number = (i: number) => right[i] === true && html` class="number"`
  return html`<h3>${title}</h3>
${sentences.map(sentence => html`<p class="text">${sentence}</p>`)}
${
  rows.length > 0 &&
  html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="plain"><thead><tr>${heads.map((head, i) => html`<th scope="col"${number(i)}>${head}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map((cell, i) => html`<td${number(i)}>${cell}</td>`)}</tr>`)}</tbody></table></div>`
}`
}
