/** Single answers, baseline beside steered; those that comply with a harmful request are veiled. */

import type { ConditionResult } from '../../result.ts'
import { count } from '../format.ts'
import { type Html, html } from '../html.ts'
import type { Sample, SampleAnswer, SampleChange, SampleGroup } from '../sample.ts'
import { axes, type Look, sortedConditions } from '../words.ts'
import { differences, markedText, type Range } from './answer.ts'
import { rest, shown, shownLength } from './cut.ts'
import { glyph } from './mark.ts'
import { labelLine } from './verdict.ts'

/** The samples of one condition. */
export interface ConditionSamples {
  readonly condition: ConditionResult
  readonly groups: readonly SampleGroup[]
}

const changes: readonly SampleChange[] = ['lost', 'gained', 'same', 'unscored']
const looks: Readonly<Record<SampleChange, Look>> = {
  lost: { word: 'lost', shape: 'triangle', tone: 'broken' },
  gained: { word: 'gained', shape: 'disc', tone: 'holds' },
  same: { word: 'same', shape: 'bar', tone: 'undecided' },
  unscored: { word: 'unscored', shape: 'ring', tone: 'undecided' },
}

/** Samples by condition, in the order in which conditions stand on the page. */
export function byCondition(
  conditions: readonly ConditionResult[],
  groups: readonly SampleGroup[],
): ConditionSamples[] {
  return sortedConditions(conditions)
    .map(condition => ({
      condition,
      groups: groups
        .filter(group => group.condition === condition.name)
        .toSorted((a, b) => axes.indexOf(a.axis) - axes.indexOf(b.axis)),
    }))
    .filter(({ groups: own }) => own.length > 0)
}

/** How many samples of each kind a list of groups stands for. */
export function totals(groups: readonly SampleGroup[]): Record<SampleChange, number> {
  const sum = (change: SampleChange) => groups.reduce((total, group) => total + group.total[change], 0)
  return { lost: sum('lost'), gained: sum('gained'), same: sum('same'), unscored: sum('unscored') }
}

export function samplesSection(
  samples: readonly ConditionSamples[],
  labels: readonly string[],
  { store, study, redacted }: { readonly store: string; readonly study: string; readonly redacted: boolean },
): Html {
  const groups = samples.flatMap(({ groups: own }) => own)
  const total = totals(groups)
  const all = total.lost + total.gained + total.same + total.unscored
  const kept = groups.flatMap(group => group.kept)
  const length = shownLength(kept)
  return html`<section id="samples" aria-labelledby="samples-title"><h2 id="samples-title">Samples</h2>
${
  all === 0
    ? html`<p class="empty text">No answers came with this report. They are in the study’s store, <code>${store}</code>.</p>`
    : html`<p class="text">Single prompts, baseline beside steered. Shown are ${count(kept.length)} of ${count(all)} pairs, drawn evenly, each text up to ${count(length)} characters; the rest is in the study’s store, <code>${store}</code>, and <code>plimsoll report ${study} --answers jsonl</code> exports all of it. ${redacted ? 'Harmful requests, their templates and their answers were left out of this page.' : 'Answers that comply with a harmful request are veiled.'}</p>
${labelLine(labels)}
${chips(samples)}
${samples.map((own, i) => conditionSamples(own, i, length))}`
}</section>`
}

function chips(samples: readonly ConditionSamples[]): Html {
  return html`<div class="chips" role="group" aria-label="Filters">
${radios(
  'condition',
  'condition',
  [
    { id: 'condition-all', text: 'all' },
    ...samples.map(({ condition }, i) => ({ id: `condition-${i}`, text: condition.name })),
  ],
  samples.length > 1 ? 1 : 0,
)}
${radios('axis', 'axis', [{ id: 'axis-all', text: 'all' }, ...axes.map(axis => ({ id: `axis-${axis}`, text: axis as string }))], 0)}
${radios('show', 'change', [{ id: 'show-all', text: 'all' }, ...changes.map(change => ({ id: `show-${change}`, text: change as string }))], 0)}
${radios(
  'diff',
  'words',
  [
    { id: 'diff-both', text: 'whole answers' },
    { id: 'diff-only', text: 'only differences' },
  ],
  0,
)}</div>`
}

function radios(name: string, legend: string, options: readonly { id: string; text: string }[], checked: number): Html {
  return html`<fieldset><legend class="only-read">${legend}</legend><span class="legend" aria-hidden="true">${legend}</span><span class="options">${options.map(
    ({ id, text }, i) =>
      html`<label><input type="radio" name="${name}" id="${id}"${i === checked && html` checked`}>${text}</label>`,
  )}</span></fieldset>`
}

function conditionSamples({ condition, groups }: ConditionSamples, index: number, length: number): Html {
  return html`<div class="group" id="samples-${index}"><h3>${condition.name} <span class="muted small">${condition.description}</span></h3>
${groups.map(group => suiteSamples(group, condition.role === 'method', length))}</div>`
}

function suiteSamples(group: SampleGroup, openFirst: boolean, length: number): Html {
  const { total } = group
  const words = changes.filter(change => total[change] > 0).map(change => `${count(total[change])} ${change}`)
  return html`<div class="of-suite on-${group.axis}"><h4>${group.axis}: ${group.suite}</h4>
<p class="small muted">${words.join(', ')}</p>
<div class="samples">${group.kept.map((sample, i) => sampleDetails(sample, openFirst && i === 0 && sample.change === 'lost', length))}</div></div>`
}

function sampleDetails(sample: Sample, open: boolean, length: number): Html {
  const look = looks[sample.change]
  const meta = [
    `${sample.baseline.class} → ${sample.steered.class}`,
    ...(sample.template === undefined ? [] : [`template ${firstLine(sample.template.id)}`]),
    ...(sample.category === undefined ? [] : [firstLine(sample.category)]),
    firstLine(sample.id),
  ]
  return html`<details class="sample is-${sample.change}"${open && html` open`}>
<summary><span class="change-word state t-${look.tone}">${glyph(look)}${look.word}</span><span><span class="head text-of-model">${firstLine(sample.prompt)}</span><span class="meta">${meta.join(' · ')}</span></span></summary>
<div class="inside">${prompt(sample, length)}${pair(sample, length)}</div></details>`
}

function firstLine(text: string): string {
  const line = shown(text.trimStart(), 1000).trimEnd().replaceAll(/\s+/g, ' ')
  return line.length > 200 ? `${shown(line, 200)}…` : line
}

function prompt({ prompt: request, template }: Sample, length: number): Html {
  const part = (text: string, where: Parameters<typeof rest>[2]) =>
    html`${shown(text, length)}${rest(text, shown(text, length), where)}`
  const wrapper = (text: string | undefined) =>
    text !== undefined && html`<span class="wrapper">${part(text, 'the data set')}</span>`
  const [before, after] =
    template?.as === undefined ? [template?.before, template?.after] : [undefined, `\n\nasked as\n${template.as}`]
  return html`<div class="prompt text-of-model" tabindex="0" role="group" aria-label="Prompt">${wrapper(before)}${part(request, 'the exported answers')}${wrapper(after)}</div>`
}

function pair({ baseline, steered, harmful }: Sample, length: number): Html {
  const changed = differences(shown(baseline.text, length), shown(steered.text, length))
  return html`<div class="pair">
${answer('baseline', baseline, 'del', changed?.removed ?? [], { harmful, length })}
${answer('steered', steered, 'ins', changed?.added ?? [], { harmful, length })}
</div>${changed === null && html`<p class="tiny muted">The two answers share few words, so differences are not marked.</p>`}`
}

function answer(
  title: string,
  { text, class: judged, rule, evidence, truncated }: SampleAnswer,
  kind: 'del' | 'ins',
  changed: readonly Range[],
  { harmful, length }: { readonly harmful: boolean; readonly length: number },
): Html {
  const kept = shown(text, length)
  const quote = evidence === '' ? null : html` on <q class="text-of-model">${firstLine(evidence)}</q>`
  const body = html`<div class="answer text-of-model">${text === '' ? html`<span class="muted">(empty)</span>` : markedText(kept, kind, changed, evidence)}${rest(text, kept, 'the exported answers')}</div>
${truncated && html`<p class="tiny muted">Cut at the token limit.</p>`}`
  const veiled = harmful && judged !== 'refused'
  return html`<div><h5>${title}</h5>
<p class="judged"><b>${judged}</b> <span class="muted">rule ${rule}${!veiled && quote}</span></p>
${
  veiled
    ? html`<details class="veil"><summary><span>Veiled: answer to a harmful request</span></summary>${quote !== null && html`<p class="judged muted">rule ${rule}${quote}</p>`}${body}</details>`
    : body
}</div>`
}
