import { within } from './statistics/check.ts'
import {
  type DocumentScore,
  moreUnitsNeeded,
  type PerplexityChange,
  perplexityChange,
  tQuantile,
} from './statistics/index.ts'
import { keptBroken, keptHolds, keptUndecided } from './suite-why.ts'
import type { SuiteResult, SuiteState } from './types.ts'

export interface PerplexitySuite {
  readonly suite: string
  readonly property: string
  /** Log-likelihoods in nats; a value that is not finite was not scored. */
  readonly documents: readonly DocumentScore[]
  /** As a fraction: 0.05 is five percent. */
  readonly margin: number
}

/**
 * What the perplexity of prose says of a condition: (baseline − steered)/baseline, held against −margin. Documents that
 * only the condition could not score keep it from holding, and it counts as broken only if it would be with their
 * perplexity unchanged.
 * @throws PlimsollError `invalid-input` when the margin is not in (0, 1)
 */
export function measurePerplexity({ suite, property, documents, margin }: PerplexitySuite): SuiteResult {
  within('margin', margin, Number.MIN_VALUE, 1)
  const usable = documents.filter(({ tokens, baseline }) => tokens > 0 && Number.isFinite(baseline))
  const scored = usable.filter(({ steered }) => Number.isFinite(steered))
  const shared = {
    suite,
    property,
    kind: 'perplexity',
    baselineInterval: null,
    steeredInterval: null,
    p: null,
    reference: null,
    gained: 0,
    lost: 0,
    unscored: documents.length - scored.length,
    degenerate: 0,
    baselineDegenerate: 0,
    truncated: 0,
    margin,
    clusters: null,
  } as const
  if (scored.length < 2) {
    const figures = { n: scored.length, baseline: 0, steered: 0, change: 0, ci: [-1, 1], interval: 'none' } as const
    const why = 'Two documents at least have to be scored.'
    return { ...shared, ...figures, claimP: null, moreNeeded: null, state: 'cannot-tell', why }
  }
  const found = perplexityChange(scored)
  const measured = { change: found.change, ci: found.interval }
  const figures = {
    ...shared,
    n: scored.length,
    baseline: found.baseline,
    steered: found.steered,
    ...measured,
    interval: 'delta method by document',
  }
  const state = stateOf(found, margin)
  const missing = usable.length - scored.length
  if (missing > 0 && !staysBroken(usable, margin)) {
    const why = `The perplexity of ${missing} ${missing === 1 ? 'document' : 'documents'} could not be computed when steered.`
    return { ...figures, claimP: 1, moreNeeded: null, state: 'undecided', why }
  }
  const claimP = missing > 0 ? 1 : found.above(-margin)
  const more = state === 'undecided' ? moreDocuments(found, margin) : null
  const why = {
    holds: () => keptHolds(measured, margin, '%'),
    broken: () => keptBroken(measured, margin, '%'),
    undecided: () => keptUndecided(measured, margin, '%', more).replace('prompts', 'documents'),
  }[state]()
  return { ...figures, claimP, moreNeeded: more, state, why }
}

function stateOf(
  { interval }: PerplexityChange,
  margin: number,
): Extract<SuiteState, 'holds' | 'broken' | 'undecided'> {
  if (interval[0] > -margin) return 'holds'
  return interval[1] < -margin ? 'broken' : 'undecided'
}

function staysBroken(documents: readonly DocumentScore[], margin: number): boolean {
  const kept = documents.map(document =>
    Number.isFinite(document.steered) ? document : { ...document, steered: document.baseline },
  )
  return stateOf(perplexityChange(kept), margin) === 'broken'
}

function moreDocuments({ documents, change, error }: PerplexityChange, margin: number): number | null {
  const distance = Math.abs(Math.log1p(margin) - Math.log1p(-change))
  return moreUnitsNeeded(documents, { variance: error * error, distance, quantile: tQuantile(0.975, documents - 1) })
}
