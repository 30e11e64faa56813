/** What a sweep tried and chose, as a page. */
import type { Sweep } from '../../sweep/index.ts'
import { unbroken } from '../format.ts'
import { html } from '../html.ts'
import { shell } from './shell.ts'
import { strengthSection } from './strength.ts'

export function sweepPage(sweep: Sweep): string {
  const { model, study, rule, why, tool, dropped, labels, asked, n } = sweep
  return shell({
    title: `Layer and strength · ${model} · Plimsoll`,
    conditions: 0,
    skip: 'To the choice',
    body: html`<div class="intro"><h1>Layer and strength</h1>
<p class="what muted">${model}, by ${rule} on the select split of ${study}: ${n.target} prompts of ${asked.target} as target, ${n.control} of ${asked.control} as control</p>
<p class="sentence">${unbroken(why)}</p></div>
${strengthSection([{ ...sweep, condition: 'Points tried', why: '' }], [], labels)}
${
  dropped.length > 0 &&
  html`<section aria-labelledby="dropped-title"><h2 id="dropped-title">Left out and why</h2>
<ul class="text small">${dropped.map(({ from, rows, why: reason }) => html`<li>${rows} ${rows === 1 ? 'row' : 'rows'} of ${from}: ${reason}</li>`)}</ul></section>`
}`,
    footer: html`Made by ${tool}. Chosen on the select split: a verdict takes a study. ${labels.join(' ')}`,
  })
}
