/** Rates and changes of a suite put right by labels: prediction-powered, with Rogan-Gladen as a sensitivity analysis. */
import { PlimsollError } from '../../errors.ts'
import {
  type JudgedAnswer,
  type JudgedPair,
  predictionPoweredChange,
  roganGladenChange,
} from '../../measure/statistics/index.ts'
import type { Item, Suite } from '../../measure/suites/index.ts'
import type { SuiteResult, SuiteState } from '../../measure/types.ts'
import { bySample } from '../compare.ts'
import { isDegenerate, outcomeOf } from '../outcome.ts'
import type { Judged } from '../work.ts'
import { FEWEST_LABELS, type Labels, labelKey } from './labelled.ts'
import type { CorrectedSuite } from './types.ts'

/**
 * Pairs that the judge scored on both sides, as the verdict has them. A label of another class than the property's, such as
 * degenerate or partial, is one of an answer without it; one that says unclear is none.
 *
 * @param suite one of independent rows, whose property is a class of answers
 */
export function correctSuite(
  suite: Suite,
  result: SuiteResult,
  condition: string,
  sides: { readonly baseline: readonly Judged[]; readonly steered: readonly Judged[] },
  labels: Labels,
): CorrectedSuite | null {
  const answer = (item: Item, record: Judged | undefined): JudgedAnswer | null => {
    if (record === undefined || isDegenerate(record)) return null
    const predicted = outcomeOf(suite, item, record)
    if (predicted === null) return null
    const label = labels.get(labelKey(record))
    return label === undefined || label === 'unclear' ? { predicted } : { predicted, label: label === suite.want }
  }
  const [before, after] = [bySample(sides.baseline), bySample(sides.steered)]
  const pairs = suite.items.flatMap((item): JudgedPair[] => {
    const [baseline, steered] = [answer(item, before.get(item.sample)), answer(item, after.get(item.sample))]
    return baseline === null || steered === null ? [] : [{ baseline, steered }]
  })
  const given = (side: 'baseline' | 'steered') => pairs.filter(pair => pair[side].label !== undefined).length
  const counts = { baseline: given('baseline'), steered: given('steered') }
  if (counts.baseline + counts.steered === 0) return null
  const { change, interval, baseline, steered } = predictionPoweredChange(pairs)
  const tooFew = Math.min(counts.baseline, counts.steered) < FEWEST_LABELS
  const gained = pairs.filter(pair => pair.steered.predicted && !pair.baseline.predicted).length
  const lost = pairs.filter(pair => pair.baseline.predicted && !pair.steered.predicted).length
  const state = stateOf(suite, result, interval)
  return {
    condition,
    suite: suite.name,
    labels: counts,
    tooFew,
    judged: (gained - lost) / pairs.length,
    baseline,
    steered,
    change: { estimate: change, interval },
    ...sensitivityAnalysis(pairs, { gained, lost, n: pairs.length }),
    state,
    agreement: tooFew
      ? 'too few labels'
      : state === result.state
        ? 'agrees'
        : state === 'undecided' || result.state === 'undecided' || result.state === 'cannot-tell'
          ? 'does not decide'
          : 'contradicts',
  }
}

/** By the same lines as the verdict, without its comparison to references and without imputation. */
function stateOf({ axis }: Suite, { margin }: SuiteResult, [low, high]: readonly [number, number]): SuiteState {
  if (axis === 'efficacy') return high < margin ? 'no-effect' : low > 0 ? 'works' : 'undecided'
  return low > -margin ? 'holds' : high < -margin ? 'broken' : 'undecided'
}

function sensitivityAnalysis(
  pairs: readonly JudgedPair[],
  counts: { readonly gained: number; readonly lost: number; readonly n: number },
): Pick<CorrectedSuite, 'roganGladen' | 'roganGladenWhy'> {
  const told = pairs.flatMap(({ baseline, steered }) => [baseline, steered]).filter(one => one.label !== undefined)
  const tally = (label: boolean) => {
    const rows = told.filter(one => one.label === label)
    return { count: rows.filter(one => one.predicted === label).length, n: rows.length }
  }
  const [sensitivity, specificity] = [tally(true), tally(false)]
  if (sensitivity.n === 0 || specificity.n === 0)
    return {
      roganGladen: null,
      roganGladenWhy: 'The labels show only one class, so the judge has no error to be read from.',
    }
  try {
    return { roganGladen: roganGladenChange(counts, { sensitivity, specificity }), roganGladenWhy: '' }
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error
    return { roganGladen: null, roganGladenWhy: `${error.message}.` }
  }
}
