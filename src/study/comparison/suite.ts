/** How one suite changes from A to B, on the prompts that both answered. */

import { perplexityChange } from '../../measure/statistics/index.ts'
import { rateChange } from '../../measure/suite-change.ts'
import { everyMissing, type PairedRow, scoredRows } from '../../measure/suite-rows.ts'
import { nothingWhy, points, margin as toldMargin } from '../../measure/suite-why.ts'
import type { Suite } from '../../measure/suites/index.ts'
import { pairedRows } from '../compare.ts'
import { sense } from '../sense.ts'
import type { Pair, Pairs } from './pair.ts'
import type { ComparedState, SuiteComparison } from './types.ts'

type Interval = readonly [number, number]

/** @param margins as fractions */
export function comparePairs(
  suite: Suite,
  pairs: Pairs,
  margins: Readonly<{ rates: number; perplexity: number }>,
): SuiteComparison {
  if (suite.want === null) return comparePerplexity(suite, pairs, margins.perplexity)
  return compareRates(headOf(suite), rowsOf(suite, pairs.both), pairs, margins.rates)
}

/** Whether answers make sense, over all plain prompts. */
export function compareIntact(rows: readonly PairedRow[], margin: number): SuiteComparison {
  const head = { ...sense, axis: 'general', extra: false } as const
  return compareRates(head, rows, { onlyA: 0, onlyB: 0, changed: 0 }, margin)
}

/** Rows with A in the place of the baseline and B in that of the condition. */
export function rowsOf(suite: Suite, both: readonly Pair[]): PairedRow[] {
  return pairedRows(
    { ...suite, items: both.map(pair => pair.a.item) },
    both.map(pair => pair.a.record),
    both.map(pair => pair.b.record),
  )
}

function headOf({ name, axis, extra, property }: Suite) {
  return { suite: name, axis, extra, property } as const
}

function compareRates(
  head: Pick<SuiteComparison, 'suite' | 'axis' | 'extra' | 'property'>,
  rows: readonly PairedRow[],
  { onlyA, onlyB, changed }: Omit<Pairs, 'both'>,
  margin: number,
): SuiteComparison {
  const scored = scoredRows(rows, 'left-out')
  const found = rateChange(scored)
  const shared = {
    ...head,
    kind: 'rate',
    unscored: rows.length - scored.length,
    onlyA,
    onlyB,
    changed,
    margin,
  } as const
  if (found === null) return { ...shared, ...nothing, n: scored.length, why: nothingWhy(rows.length, scored) }
  const { n, baseline, steered, change, ci, interval, p, lost, gained, clusters } = found
  const states = everyMissing.map(missing => {
    const other = rateChange(scoredRows(rows, missing))
    return other === null ? 'cannot-tell' : stateOf(other.ci, margin)
  })
  const state = stateOf(ci, margin)
  const survives = states.every(other => other === state)
  const why = survives
    ? whyOf(state, ci, margin, 'points')
    : 'It would be told from the scored answers, but not whichever way the others are counted.'
  return {
    ...shared,
    ...{ n, a: baseline, b: steered, change, ci, interval, p, lost, gained, clusters },
    state: survives ? state : 'unclear',
    why: state === 'unclear' ? whyOf(state, ci, margin, 'points') : why,
  }
}

function comparePerplexity(suite: Suite, { both, onlyA, onlyB, changed }: Pairs, margin: number): SuiteComparison {
  const documents = both.flatMap(({ a, b }) => {
    const [before, after] = [a.record.likelihoods?.[0], b.record.likelihoods?.[0]]
    if (before === undefined || after === undefined) return []
    return [{ before, after }]
  })
  const usable = documents.filter(({ before, after }) => {
    return before.tokens > 0 && Number.isFinite(before.logLikelihood) && Number.isFinite(after.logLikelihood)
  })
  const shared = {
    ...headOf(suite),
    kind: 'perplexity',
    unscored: both.length - usable.length,
    ...{ onlyA, onlyB, changed, margin },
  } as const
  const untold = (why: string) => ({ ...shared, ...nothing, n: usable.length, why })
  if (usable.some(({ before, after }) => before.tokens !== after.tokens))
    return untold('The two models cut the texts into different tokens, so that their perplexities have no common unit.')
  if (usable.length < 2) return untold('Two documents at least have to be scored.')
  const { baseline, steered, change, interval } = perplexityChange(
    usable.map(({ before, after }) => {
      return { tokens: before.tokens, baseline: before.logLikelihood, steered: after.logLikelihood }
    }),
  )
  // A text that only one side could not score would change the sum in a way that nobody knows.
  const complete = usable.length === documents.length
  const state = complete ? stateOf(interval, margin) : 'unclear'
  return {
    ...shared,
    ...nothing,
    ...{ n: usable.length, a: baseline, b: steered, change, ci: interval, state },
    interval: 'delta method by document',
    why: complete ? whyOf(state, interval, margin, '%') : 'Some texts could be scored on one side only.',
  }
}

function stateOf([lower, upper]: Interval, margin: number): Exclude<ComparedState, 'cannot-tell'> {
  if (lower > 0) return 'better'
  if (upper < 0) return 'worse'
  return lower > -margin && upper < margin ? 'alike' : 'unclear'
}

function whyOf(state: ComparedState, [lower, upper]: Interval, margin: number, unit: string): string {
  switch (state) {
    case 'better':
      return `B has at least ${points(lower, 0)} ${unit} more.`
    case 'worse':
      return `B has at least ${points(-upper, 0)} ${unit} less${-upper > margin ? ', which is beyond the margin' : ''}.`
    case 'alike':
      return `The difference is under ${toldMargin(margin)} ${unit} either way.`
    default:
      return `The change may be anything from ${points(lower)} to ${points(upper)} ${unit}.`
  }
}

const nothing = {
  ...{ a: 0, b: 0, change: 0, p: null, lost: 0, gained: 0, clusters: null },
  ci: [-1, 1],
  interval: 'none',
  state: 'cannot-tell',
} as const
