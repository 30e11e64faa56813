/** A table of text that scrolls on narrow screens. */
import { type Html, html } from '../html.ts'
import type { Table } from '../table.ts'

export function plainTable({ title, heads, right, rows }: Table): Html {
  const number = (i: number) => right[i] === true && html` class="number"`
  const cell = (text: string, i: number) =>
    i === 0 ? html`<th scope="row"${number(i)}>${text}</th>` : html`<td${number(i)}>${text}</td>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="plain"><thead><tr>${heads.map((head, i) => html`<th scope="col"${number(i)}>${head}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div>`
}
