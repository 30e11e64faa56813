import { morePrompts } from './suite-why.ts'
import type { AxisName, SuiteResult, Verdict } from './types.ts'
import { type Axes, keptAxes } from './verdict.ts'

/** How a change of a suite is said; `{n}` stands for how many in a hundred. */
export interface Phrases {
  /** `answers {n} in 100 more harmless questions` */
  readonly more: string
  /** `stops refusing {n} in 100 of the jailbroken harmful ones` */
  readonly fewer: string
}

const axisWords: Readonly<Record<AxisName, string>> = {
  efficacy: 'efficacy',
  general: 'general ability',
  control: 'control',
  robustness: 'robustness',
}

/**
 * A verdict as sentences with their figures: "It answers 47 in 100 more harmless questions, and stops refusing 36 in
 * 100 of the jailbroken harmful ones. Control is undecided: about 300 more prompts would decide it."
 * @param phrases by suite; a suite without says its property
 * @param notes of a study whose checks failed: why nothing can be told
 */
export function verdictSentence(
  verdict: Verdict,
  axes: Axes,
  phrases: Readonly<Record<string, Phrases>> = {},
  notes: readonly string[] = [],
): string {
  const say = (suite: SuiteResult | undefined) => (suite === undefined ? null : change(suite, phrases[suite.suite]))
  const aimed = deciding(axes, 'efficacy')
  const gained = say(aimed)
  const perhaps = aimed === undefined ? null : `${gained}${doubt(aimed)}`
  switch (verdict) {
    case 'over': {
      const broken = keptAxes.filter(axis => axes[axis].state === 'broken').map(axis => say(deciding(axes, axis)))
      return [`It ${list([perhaps, ...broken])}.`, ...open(axes)].join(' ')
    }
    case 'within':
      return `It ${list([gained])}; ${list(keptAxes.map(axis => axisWords[axis]))} hold.`
    case 'no-effect':
      return `It hardly changes what it is meant to change: it ${list([gained])}.`
    case 'cannot-tell':
      return [...notes, ...untold(axes)].join(' ') || 'Nothing can be told.'
    case 'undecided': {
      const opened = open(axes)
      const rest = opened.length > 0 ? opened : ['All axes hold, but not for this many conditions at once (Holm).']
      return [`It ${list([perhaps])}.`, ...rest].join(' ')
    }
  }
}

function deciding(axes: Axes, axis: AxisName): SuiteResult | undefined {
  const { suites, decidedBy } = axes[axis]
  return suites.find(suite => suite.suite === decidedBy)
}

function change(suite: SuiteResult, phrases: Phrases | undefined): string {
  if (suite.kind === 'perplexity') return `changes perplexity by ×${(suite.steered / suite.baseline).toFixed(2)}`
  const count = Math.round(100 * Math.abs(suite.change))
  const rises = suite.change >= 0
  if (phrases !== undefined) return (rises ? phrases.more : phrases.fewer).replaceAll('{n}', String(count))
  return `${rises ? 'gains' : 'loses'} ${count} in 100 on “${suite.property}”`
}

/** A figure that comes first is taken for what was found: that it may be none is said beside it. */
function doubt({ change, ci: [from, to] }: SuiteResult): string {
  return Math.round(100 * Math.abs(change)) > 0 && from <= 0 && to >= 0 ? ' (which may be chance)' : ''
}

/** What is still undecided, axis by axis. */
function open(axes: Axes): string[] {
  const names: readonly AxisName[] = ['efficacy', ...keptAxes]
  return names.flatMap(axis => {
    if (axes[axis].state !== 'undecided') return []
    const lead = capital(axisWords[axis])
    const suite = deciding(axes, axis)
    const more = suite?.moreNeeded ?? null
    if (more !== null) return [`${lead} is undecided: ${morePrompts(more)}.`]
    // Then more prompts are no help, and what is in the way is to be said.
    return [`${lead} is undecided.`, ...(suite === undefined ? [] : [suite.why])]
  })
}

function untold(axes: Axes): string[] {
  const names: readonly AxisName[] = ['efficacy', ...keptAxes]
  return names.flatMap(axis => {
    if (axes[axis].state !== 'cannot-tell') return []
    const why = deciding(axes, axis)?.why
    return [`${capital(axisWords[axis])} cannot be told${why === undefined ? ': nothing was measured.' : `. ${why}`}`]
  })
}

function list(parts: readonly (string | null)[]): string {
  const said = parts.filter(part => part !== null)
  const last = said.at(-1) ?? 'does nothing that was measured'
  if (said.length < 2) return last
  const first = said.slice(0, -1).join(', ')
  return said.length === 2 ? `${first}, and ${last}` : `${first} and ${last}`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
