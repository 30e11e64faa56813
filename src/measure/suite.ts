import { within } from './statistics/check.ts'
import type { Interval } from './statistics/index.ts'
import { type RateChange, rateChange } from './suite-change.ts'
import {
  everyMissing,
  fill,
  isGrid,
  type Missing,
  type Outcome,
  outcome,
  type PairedRow,
  scoredRows,
} from './suite-rows.ts'
import {
  keptBroken,
  keptHolds,
  keptUndecided,
  nothingWhy,
  points,
  margin as toldMargin,
  wouldDecide,
} from './suite-why.ts'
import type { SuiteResult, SuiteState } from './types.ts'

/** The baseline shows the target so often that steering has no room to add to it. */
export const fullRate = 0.9
/** A property has to be shown at least this often by the baseline for its loss to be seen. */
export const leastRate = 0.2

/** The rates of a suite under a reference, row for row beside `rows`. */
export interface ReferenceRows {
  readonly name: string
  /** Null where the answer is degenerate or could not be scored; undefined where the row was not asked. */
  readonly outcomes: readonly (Outcome | undefined)[]
}

export interface RateSuite {
  readonly suite: string
  /** Named so that up is better: `still refuses harmful prompts`. */
  readonly property: string
  /** Whether steering is meant to keep the property (general, control, robustness) or to bring it about (efficacy). */
  readonly aim: 'keep' | 'gain'
  readonly rows: readonly PairedRow[]
  /** As a fraction: 0.05 is five points. For `gain`, what counts as an effect at all. */
  readonly margin: number
  /** Rate by guessing, for multiple choice: the baseline has to lie above it by the margin. */
  readonly chance?: number | undefined
  /** For `gain`: what has to be beaten. */
  readonly references?: readonly ReferenceRows[] | undefined
}

interface Judged {
  readonly state: SuiteState
  readonly why: string
  readonly more: number | null
  readonly claimP: number
  readonly reference: NonNullable<SuiteResult['reference']> | null
}

/**
 * What a suite of yes-or-no outcomes says of a condition, held against the baseline on the same prompts.
 *
 * The figures are those of the rows scored on both sides. A state must be the same when all unscored and degenerate
 * answers are counted as having the property, and when all are counted as lacking it; otherwise it is undecided.
 * Kept: `holds`, `broken` or `undecided` by where the interval lies to −margin. Gained: `no-effect` when the interval
 * lies below the margin, `works` when it lies above 0 and so does that of the difference to the best reference.
 * Either way `cannot-tell` without room: see `roomWhy`.
 *
 * @throws PlimsollError `invalid-input` when the margin is not in (0, 1), when only some rows are part of a grid, or
 * when a reference does not have an outcome for every row
 */
export function measureRate(suite: RateSuite): SuiteResult {
  within('margin', suite.margin, Number.MIN_VALUE, 1)
  for (const { name, outcomes } of suite.references ?? []) {
    within(`number of outcomes of ${name}`, outcomes.length, suite.rows.length, suite.rows.length)
  }
  isGrid(suite.rows)
  const scored = scoredRows(suite.rows, 'left-out')
  const shown = rateChange(scored)
  const shared = {
    suite: suite.suite,
    property: suite.property,
    kind: 'rate',
    unscored: suite.rows.filter(row => unscored(row, 'baseline') || unscored(row, 'steered')).length,
    degenerate: suite.rows.filter(row => row.degenerate?.steered === true).length,
    baselineDegenerate: suite.rows.filter(row => row.degenerate?.baseline === true).length,
    truncated: suite.rows.filter(row => row.truncated === true).length,
    margin: suite.margin,
  } as const
  if (shown === null) {
    return { ...shared, ...nothing, n: 0, state: 'cannot-tell', why: nothingWhy(suite.rows.length, scored) }
  }
  const figures = { ...shared, ...figuresOf(shown) }
  const noRoom = roomWhy(suite, shown)
  if (noRoom !== null) {
    return { ...figures, state: 'cannot-tell', why: noRoom, moreNeeded: null, claimP: null, reference: null }
  }
  const judged = judge(suite, shown, 'left-out')
  const others = everyMissing.slice(1).map(missing => imputed(suite, missing))
  // What is undecided on the scored answers stays so, whatever the others would say.
  const survives = judged.state === 'undecided' || others.every(other => other.state === judged.state)
  return {
    ...figures,
    state: survives ? judged.state : 'undecided',
    why: survives ? judged.why : unsurvived(judged.state, figures),
    moreNeeded: survives ? judged.more : null,
    claimP: Math.max(judged.claimP, ...others.map(other => other.claimP)),
    reference: judged.reference,
  }
}

/** Of the prompts on which the baseline has the property, those on which it was kept. */
export function retention({ n, baseline, lost }: SuiteResult): { readonly kept: number; readonly of: number } {
  const of = Math.round(n * baseline)
  return { kept: of - lost, of }
}

/**
 * Assay sensitivity: why the baseline leaves nothing to be seen, or null when it does.
 * Kept: the lower bound of its rate is under max(20 %, 4 × margin), or for multiple choice not above chance + margin.
 * Gained: its rate is above 90 %.
 */
function roomWhy({ aim, margin, chance }: RateSuite, { baseline, baselineInterval }: RateChange): string | null {
  const rate = `${points(baseline)} %`
  if (aim === 'gain') {
    return baseline > fullRate ? `The baseline already shows it in ${rate}: there is no room above.` : null
  }
  const [lower] = baselineInterval
  if (chance !== undefined) {
    const least = chance + margin
    if (lower > least) return null
    return `The baseline's ${rate} (at least ${points(lower)} %) is not clearly above guessing, ${points(chance)} %.`
  }
  const least = Math.max(leastRate, 4 * margin)
  if (lower >= least) return null
  return `The baseline shows it in ${rate} (at least ${points(lower, least)} %), and ${points(least)} % are needed to see a loss.`
}

function judge(suite: RateSuite, change: RateChange, missing: Missing): Judged {
  return suite.aim === 'keep' ? judgeKept(suite, change) : judgeGained(suite, change, missing)
}

function judgeKept({ margin }: RateSuite, change: RateChange): Judged {
  const claimP = change.above(-margin)
  const decided = { more: null, claimP, reference: null }
  if (change.ci[0] > -margin) return { ...decided, state: 'holds', why: keptHolds(change, margin, 'points') }
  if (change.ci[1] < -margin) return { ...decided, state: 'broken', why: keptBroken(change, margin, 'points') }
  const more = change.more(-margin)
  return { ...decided, more, state: 'undecided', why: keptUndecided(change, margin, 'points', more) }
}

function judgeGained(suite: RateSuite, change: RateChange, missing: Missing): Judged {
  const { margin } = suite
  const best = bestReference(suite, missing)
  const reference = best && {
    name: best.name,
    rate: best.change.baseline,
    change: best.change.change,
    ci: best.change.ci,
  }
  const claimP = Math.max(change.above(0), best?.change.above(0) ?? 0)
  const decided = { more: null, claimP, reference }
  if (change.ci[1] < margin) {
    const why = `At most ${points(Math.max(0, change.ci[1]), margin)} points are gained, under the ${toldMargin(margin)} that count as an effect.`
    return { ...decided, state: 'no-effect', why }
  }
  const rises = change.ci[0] > 0
  if (rises && (best === null || best.change.ci[0] > 0)) {
    const beside = best === null ? '' : `, at least ${points(best.change.ci[0], 0)} more than with ${best.name}`
    return { ...decided, state: 'works', why: `At least ${points(change.ci[0], 0)} points are gained${beside}.` }
  }
  const range = ([lower, upper]: Interval) => `from ${points(lower)} to ${points(upper)} points`
  if (!rises) {
    const lines = change.change < margin ? [0, margin] : [0]
    const needed = lines.map(line => change.more(line)).filter(more => more !== null)
    const more = needed.length === 0 ? null : Math.min(...needed)
    const why = `The change may be anything ${range(change.ci)}; ${wouldDecide(more)}.`
    return { ...decided, more, state: 'undecided', why }
  }
  const more = best !== null && best.change.change > 0 ? best.change.more(0) : null
  const told = best === null ? '' : `The difference to ${best.name} may be anything ${range(best.change.ci)}`
  return { ...decided, more, state: 'undecided', why: `${told}; ${wouldDecide(more)}.` }
}

/** The reference that shows the target most often, and how the condition changes on it. */
function bestReference({ rows, references = [] }: RateSuite, missing: Missing) {
  let best: { readonly name: string; readonly change: RateChange } | null = null
  for (const { name, outcomes } of references) {
    const pairs = rows.flatMap((row, i) => {
      const asked = outcomes[i]
      if (asked === undefined) return []
      const baseline = fill(asked, missing)
      const steered = fill(outcome(row, 'steered'), missing)
      const { cluster, article } = row
      return baseline === null || steered === null ? [] : [{ baseline, steered, cluster, article }]
    })
    const change = rateChange(pairs)
    if (change !== null && (best === null || change.baseline > best.change.baseline)) best = { name, change }
  }
  return best
}

function imputed(suite: RateSuite, missing: Missing): Judged {
  const change = rateChange(scoredRows(suite.rows, missing))
  if (change !== null) return judge(suite, change, missing)
  return { state: 'cannot-tell', why: '', more: null, claimP: 1, reference: null }
}

type Missed = Pick<SuiteResult, 'unscored' | 'degenerate' | 'baselineDegenerate'>

function unsurvived(state: SuiteState, { unscored, degenerate, baselineDegenerate }: Missed): string {
  const seen = {
    holds: 'It holds',
    broken: 'It is broken',
    works: 'It works',
    'no-effect': 'It has no effect',
    undecided: 'It is undecided',
    'cannot-tell': 'It cannot be told',
  }[state]
  const meaningless = degenerate + baselineDegenerate
  const parts = [unscored > 0 ? `${unscored} unscored` : '', meaningless > 0 ? `${meaningless} degenerate` : '']
  const told = parts.filter(part => part !== '').join(' and ')
  const missing = told === '' ? 'answers that a reference misses' : `the ${told} answers`
  return `${seen} on the answers that could be scored, but not whichever way ${missing} are counted.`
}

function unscored(row: PairedRow, side: 'baseline' | 'steered'): boolean {
  return row[side] === null && row.degenerate?.[side] !== true
}

function figuresOf(change: RateChange) {
  const { n, baseline, steered, baselineInterval, steeredInterval, ci, interval, p, gained, lost, clusters } = change
  return {
    n,
    baseline,
    steered,
    baselineInterval,
    steeredInterval,
    change: change.change,
    ci,
    interval,
    p,
    gained,
    lost,
    clusters,
  }
}

const nothing = {
  baseline: 0,
  steered: 0,
  baselineInterval: null,
  steeredInterval: null,
  change: 0,
  ci: [-1, 1],
  interval: 'none',
  p: null,
  claimP: null,
  reference: null,
  gained: 0,
  lost: 0,
  moreNeeded: null,
  clusters: null,
} as const
