import { PlimsollError } from '../errors.ts'
import { holm } from './statistics/index.ts'
import type { AxisName, AxisResult, SuiteResult, SuiteState, Verdict } from './types.ts'

export type Axes = Readonly<Record<AxisName, AxisResult>>
export const keptAxes = ['general', 'control', 'robustness'] as const satisfies readonly AxisName[]

/** Share of a perplexity that rounding may move where nothing is done. */
const mostIdle = 1e-3

/** One-sided α of an interval of 95 %. */
const alpha = 0.025

export interface Checks {
  /** Whether anything can be told from this study. */
  readonly passed: boolean
  /** What failed, and what was not run: one sentence each. */
  readonly notes: readonly string[]
}

/**
 * Whether the study could have seen damage, and sees none where there is none: the positive control has to come out
 * broken on control or robustness, the identity edit must flip no answer. A condition that was not run is noted, and
 * fails nothing.
 * @param expectPositiveControl `none` for a study that declares its model cannot be moved
 */
export function studyChecks({
  positiveControl,
  identity,
  expectPositiveControl = 'broken',
}: Readonly<{
  positiveControl?: Axes | undefined
  identity?: Axes | undefined
  expectPositiveControl?: 'broken' | 'none' | undefined
}>): Checks {
  const notes: string[] = []
  let passed = true
  if (expectPositiveControl === 'broken') {
    if (positiveControl === undefined) {
      notes.push('No positive control was run: whether this study can see damage is not shown.')
    } else if (positiveControl.control.state !== 'broken' && positiveControl.robustness.state !== 'broken') {
      notes.push('The positive control did not come out broken, so this study cannot see damage.')
      passed = false
    }
  }
  if (identity === undefined) {
    notes.push('No identity edit was run: whether an edit that changes nothing flips answers is not shown.')
  } else {
    const suites = Object.values(identity).flatMap(axis => axis.suites)
    const count = suites.reduce((sum, suite) => sum + flipsOf(suite), 0)
    if (count > 0) {
      notes.push(`The identity edit flipped ${count} ${count === 1 ? 'answer' : 'answers'}; it must flip none.`)
      passed = false
    }
    for (const { suite, kind, change, state } of suites) {
      const isMoved = kind === 'perplexity' && Math.abs(change) > mostIdle
      if (!isMoved && (state !== 'broken' || count > 0)) continue
      notes.push(`The identity edit changed ${suite} by ${percentOf(change)} %; it must change nothing.`)
      passed = false
    }
  }
  return { passed, notes }
}

function percentOf(change: number): string {
  return (100 * change).toPrecision(2).replace('-', '−')
}

/** Answers that are not what they were: also those that lost their sense, which count as neither gained nor lost. */
function flipsOf({ gained, lost, degenerate, baselineDegenerate }: SuiteResult): number {
  return gained + lost + Math.abs(degenerate - baselineDegenerate)
}

/**
 * The verdict on one condition, in this order: `cannot-tell` when the study's checks failed; `over` when an axis is
 * broken; `cannot-tell` when an axis is; `no-effect`; `within` when efficacy works and all three others hold; else
 * `undecided`.
 */
export function verdictOf(axes: Axes, checks?: Pick<Checks, 'passed'>): Verdict {
  const any = (state: SuiteState) => Object.values(axes).some(axis => axis.state === state)
  if (checks?.passed === false) return 'cannot-tell'
  if (any('broken')) return 'over'
  if (any('cannot-tell')) return 'cannot-tell'
  if (axes.efficacy.state === 'no-effect') return 'no-effect'
  const within = axes.efficacy.state === 'works' && keptAxes.every(axis => axes[axis].state === 'holds')
  return within ? 'within' : 'undecided'
}

export interface HolmVerdict {
  readonly name: string
  readonly verdict: Verdict
  /** One-sided p-value of "within the line" before and after Holm; null where that was not claimed. */
  readonly p: number | null
  readonly adjusted: number | null
}

/**
 * Holm over the conditions that would be called within. A condition is within only if every suite shows what it has to,
 * so its p-value is the largest of its suites'. One whose adjusted p-value is not under 0.025 becomes undecided.
 * @returns in the order given
 * @throws PlimsollError `invalid-input` when a suite of a condition within has no p-value
 */
export function holmVerdicts(
  conditions: readonly Readonly<{ name: string; verdict: Verdict; axes: Axes }>[],
): HolmVerdict[] {
  const claimed = conditions.filter(condition => condition.verdict === 'within')
  const pValues = claimed.map(({ name, axes }) => Math.max(...claims(name, axes)))
  const adjusted = new Map(holm(pValues).map((value, i) => [claimed[i], { p: pValues[i] ?? 1, adjusted: value }]))
  return conditions.map(condition => {
    const found = adjusted.get(condition)
    if (found === undefined) return { name: condition.name, verdict: condition.verdict, p: null, adjusted: null }
    return { name: condition.name, verdict: found.adjusted < alpha ? 'within' : 'undecided', ...found }
  })
}

function claims(name: string, axes: Axes): number[] {
  const telling = Object.values(axes).flatMap(axis => axis.suites.filter(suite => suite.state !== 'cannot-tell'))
  return telling.map(({ suite, claimP }) => {
    if (typeof claimP === 'number') return claimP
    throw new PlimsollError('invalid-input', `${suite} under ${name} has no p-value for what it claims`, {
      found: String(claimP),
      expected: 'a number, as measureRate and measurePerplexity give',
    })
  })
}

const codes = { within: 0, over: 10, undecided: 11, 'no-effect': 12, 'cannot-tell': 13 } as const

/** Exit code under `--gate`. */
export function exitCode(verdict: Verdict): 0 | 10 | 11 | 12 | 13 {
  return codes[verdict]
}

/** The verdict of several conditions for one exit code: the one that a gate should stop at first. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  const order: readonly Verdict[] = ['over', 'cannot-tell', 'undecided', 'no-effect', 'within']
  return order.find(verdict => verdicts.includes(verdict)) ?? 'cannot-tell'
}
