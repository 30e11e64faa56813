/** What was left out, what it ran on, how it was concluded, how to cite it. */

import type { StudyResult } from '../../result.ts'
import { factsOf } from '../facts.ts'
import { count } from '../format.ts'
import { type Html, html } from '../html.ts'
import { bibtex, methodsText } from '../methods-text.ts'

export function droppedSection(result: StudyResult): Html {
  const total = result.dropped.reduce((sum, { rows }) => sum + rows, 0)
  return html`<section id="dropped" aria-labelledby="dropped-title"><h2 id="dropped-title">Left out and why</h2>
${
  result.dropped.length === 0
    ? html`<p class="empty text">Nothing was left out.</p>`
    : html`<p class="text">${count(total)} rows were not used.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Rows left out"><table class="plain"><thead><tr><th scope="col">from</th><th scope="col" class="number">rows</th><th scope="col">why</th></tr></thead>
<tbody>${result.dropped.map(row => html`<tr><th scope="row">${row.from}</th><td class="number">${count(row.rows)}</td><td>${row.why}</td></tr>`)}</tbody></table></div>`
}${(result.notes ?? []).map(note => html`<p class="text small">${note}</p>`)}</section>`
}

export function factsSection(result: StudyResult): Html {
  return html`<section id="facts" aria-labelledby="facts-title"><h2 id="facts-title">What it ran on</h2>
<dl class="facts">${factsOf(result).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<details class="more"><summary>The resolved study, as hashed</summary><pre tabindex="0">${JSON.stringify(result.plan, null, 2) ?? ''}</pre></details></section>`
}

export function methodsSection(result: StudyResult): Html {
  return html`<section id="methods" class="methods" aria-labelledby="methods-title"><h2 id="methods-title">How it was concluded</h2>
<div class="text">${methodsText(result).map(paragraph => html`<p>${paragraph}</p>`)}</div>
<section aria-labelledby="cite-title"><h3 id="cite-title">How to cite</h3><pre tabindex="0" class="more">${bibtex(result)}</pre></section></section>`
}
