/** One method's verdict: a sentence first, then its key figures, then the picture. */

import type { AxisName, ConditionResult } from '../../result.ts'
import { fromTo, points, unit } from '../format.ts'
import type { Scale } from '../geometry/scale.ts'
import { type Html, html } from '../html.ts'
import { axes, decidingSuite } from '../words.ts'
import { figuresTable, intervalTable } from './interval-table.ts'
import { stateWord, verdictBadge } from './mark.ts'

/** A link to a condition's samples. */
export interface SamplesLink {
  readonly href: string
  readonly text: string
}

export function verdictSection(
  condition: ConditionResult,
  index: number,
  scale: Scale,
  line: number | null,
  labels: readonly string[],
  link: SamplesLink | null,
): Html {
  return html`<section class="verdict" id="verdict-${index}" aria-labelledby="verdict-${index}-name">
<div class="named">${verdictBadge(condition.verdict)}<h2 id="verdict-${index}-name">${condition.name}</h2><span class="muted">${described(condition)}</span></div>
<p class="sentence">${condition.sentence}</p>
${labels.length > 0 && html`<div class="labels">${labels.map(label => html`<p>${label}</p>`)}</div>`}
${link !== null && html`<p class="link small"><a href="${link.href}">${link.text}</a></p>`}
<dl class="figures">${axes.map(axis => keyFigure(axis, condition))}</dl>
${intervalTable(condition, scale, line)}
${figuresTable(condition)}
</section>`
}

/** Labels such as "a teaching aid" stand wherever results do. */
export function labelLine(labels: readonly string[]): Html | null {
  return labels.length === 0 ? null : html`<p class="label-line small muted">${labels.join(' ')}</p>`
}

function described(condition: ConditionResult): string {
  const norm =
    condition.normChange === null
      ? ''
      : `; changes the hidden state’s norm by ${Math.round(condition.normChange * 100)} %`
  return `${condition.description}${norm}`
}

function keyFigure(axis: AxisName, condition: ConditionResult): Html {
  const result = condition.axes[axis]
  const suite = decidingSuite(result)
  const more = result.suites.length - 1
  if (suite === undefined)
    return html`<div><dt>${axis}</dt><dd class="big">–</dd><dd>${stateWord(result.state)}</dd></div>`
  return html`<div><dt>${axis}</dt>
<dd class="big">${points(suite.change)}<small>${unit(suite)}</small></dd>
<dd class="small">${suite.property}: <span class="nowrap">${fromTo(suite)}</span></dd>
<dd class="small">${stateWord(result.state)}${more > 0 && html` <span class="muted nowrap">+${more} more ${more === 1 ? 'suite' : 'suites'}</span>`}</dd></div>`
}
