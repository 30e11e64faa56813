/** report.html: one file, no script, no network. */
import type { ConditionResult, StudyResult } from '../../result.ts'
import { answersTable } from '../answers-table.ts'
import { type Html, html } from '../html.ts'
import type { SampleGroup } from '../sample.ts'
import { axes, methodsOf, verdicts } from '../words.ts'
import { answersSection } from './answers.ts'
import { breakdownSection } from './breakdown.ts'
import { classesSection } from './classes.ts'
import { droppedSection, factsSection, methodsSection } from './facts.ts'
import { fitsSection } from './fits.ts'
import { heatMapSection } from './heat-map.ts'
import { commonLine, sharedScale } from './interval-table.ts'
import { judgesSection } from './judges.ts'
import { mapSection } from './map.ts'
import { multiplesSection } from './multiples.ts'
import { byCondition, type ConditionSamples, samplesSection, totals } from './samples.ts'
import { shell } from './shell.ts'
import { strengthSection } from './strength.ts'
import { tradeOffSection } from './trade-off.ts'
import { type SamplesLink, verdictSection } from './verdict.ts'

export interface PageOptions {
  /** Where the rest of the answers is, as the page names it. */
  readonly store: string
  /** Whether harmful requests and their answers were left out. */
  readonly redacted: boolean
}

/** The whole page. Every text of a model, a file or a user stands escaped. */
export function reportPage(result: StudyResult, groups: readonly SampleGroup[], options: PageOptions): string {
  const samples = byCondition(result.conditions, groups)
  return shell({
    title: title(result),
    conditions: samples.length,
    skip: 'To the verdict',
    body: body(result, samples, options),
    footer: html`Made by ${result.tool} from run <code>${result.run}</code>. ${result.labels.join(' ')}`,
  })
}

function title(result: StudyResult): string {
  const first = methodsOf(result.conditions)[0]
  const verdict = first === undefined ? '' : `${verdicts[first.verdict].word}: ${first.name}, `
  return `${verdict}${result.title} · ${result.model.name} · Plimsoll`
}

function body(result: StudyResult, samples: readonly ConditionSamples[], options: PageOptions): Html {
  const methods = methodsOf(result.conditions)
  const measured = methods.length > 0 ? methods : result.conditions
  const scale = sharedScale(measured)
  const line = commonLine(result.conditions)
  return html`${intro(result)}
${
  methods.length === 0
    ? html`<section><p class="empty text">This study has no method, so there is no verdict: only what its references do.</p></section>`
    : methods.map((condition, i) => verdictSection(condition, i, scale, line, result.labels, link(condition, samples)))
}
${multiplesSection(result.conditions, scale, result.labels)}
${fitsSection(result.conditions, result.labels)}
${tradeOffSection(result.conditions, line, result.labels)}
${strengthSection(result.selections, result.conditions, result.labels)}
${mapSection(result.map, result.labels)}
${heatMapSection(result.conditions, result.labels)}
${classesSection(result)}
${answersSection(result)}
${breakdownSection(result.conditions, result.labels)}
${samplesSection(samples, result.labels, { ...options, study: result.study })}
${judgesSection(result)}
${droppedSection(result)}
${factsSection(result)}
${methodsSection(result)}`
}

function intro(result: StudyResult): Html {
  const sections = [
    ['conditions', 'All conditions'],
    ...(result.conditions.some(({ fits }) => fits !== undefined) ? [['fits', 'From fit to fit'] as const] : []),
    ['trade-off', 'Gain and cost'],
    ['strength', 'Strength'],
    ['map', 'States'],
    ['templates', 'Templates'],
    ...(result.conditions.some(({ classes = [] }) => classes.length > 0) ? [['classes', 'Whose answer'] as const] : []),
    ...(answersTable(result.conditions) === null ? [] : [['looks', 'What answers look like'] as const]),
    ['breakdown', 'Categories'],
    ['samples', 'Samples'],
    ...(result.judge === undefined ? [] : [['judges', 'The judges'] as const]),
    ['dropped', 'Left out and why'],
    ['facts', 'What it ran on'],
    ['methods', 'How it was concluded'],
  ] as const
  return html`<div class="intro"><h1>${result.title}</h1>
<p class="what muted">${result.model.name}, study ${result.study}</p>
<nav aria-label="Parts of this report"><ul>${sections.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}</ul></nav></div>`
}

/** To what was lost on the kept axes, or else to the samples there are. */
function link(condition: ConditionResult, samples: readonly ConditionSamples[]): SamplesLink | null {
  const index = samples.findIndex(own => own.condition === condition)
  if (index === -1) return null
  const kept = samples[index]!.groups.filter(group => axes.indexOf(group.axis) > 0)
  const { lost } = totals(kept)
  const text = lost > 0 ? `See some of the ${lost} lost answers` : 'See answers'
  return { href: '#samples', text }
}
