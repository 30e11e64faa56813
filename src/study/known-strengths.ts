/** What a finished study knows of a vector at the strengths it looked at: what it tested, and what it explored. */
import { squareAndAdd } from '../measure/statistics/index.ts'
import { leastRate } from '../measure/suite.ts'
import { decidingSuite } from './report/words.ts'
import type {
  AxisName,
  ConditionResult,
  ExploredPoint,
  ExploredRate,
  StudyResult,
  SuiteState,
  Verdict,
} from './result.ts'

/** One axis at one strength. */
export interface KnownAxis {
  readonly state: SuiteState
  /** Against no steering, signed so that negative is worse; a share. */
  readonly change: number
  /** 95 %. */
  readonly ci: readonly [number, number]
  /** Rows it stands on. */
  readonly n: number
  /** How the change is said: perplexity in percent. */
  readonly unit: 'points' | '%'
}

export interface KnownStrength {
  readonly strength: number
  /** `tested`: a verdict was made of it. `explored`: few rows of the select split, and no verdict. */
  readonly how: 'tested' | 'explored'
  /** Null where a sweep explored it. */
  readonly run: string | null
  /** That it was a part of, or that the sweep took its prompts from. */
  readonly study: string
  readonly condition: string
  /** Null where it was only explored. */
  readonly verdict: Verdict | null
  /** Null for an axis that was not measured. */
  readonly axes: Readonly<Record<AxisName, KnownAxis | null>>
}

/** What was tested first, then what was explored at the layer that was chosen; the unsteered model is left out. */
export function knownOf(result: StudyResult, condition: string): KnownStrength[] {
  const from = { run: result.run, study: result.study, condition }
  const { rates } = result.margins
  const tested = result.conditions.find(({ name }) => name === condition)
  const explored = result.selections.find(one => one.condition === condition)?.explored ?? []
  return [
    ...(tested === undefined || tested.strength === null
      ? []
      : [{ ...from, strength: tested.strength, how: 'tested' as const, ...testedAxes(tested) }]),
    ...exploredStrengths(from, explored, rates),
  ]
}

/** @param margin of rates, in points */
export function exploredStrengths(
  from: Pick<KnownStrength, 'run' | 'study' | 'condition'>,
  explored: readonly ExploredPoint[],
  margin: number,
): KnownStrength[] {
  const unsteered = explored.find(({ strength }) => strength === 0)
  return explored
    .filter(point => point !== unsteered)
    .map(({ strength, axes }) => ({
      ...from,
      strength,
      how: 'explored' as const,
      verdict: null,
      axes: ofAxes(axis => exploredAxis(axis, unsteered?.axes[axis], axes[axis], margin / 100)),
    }))
}

function ofAxes(of: (axis: AxisName) => KnownAxis | null): KnownStrength['axes'] {
  return {
    efficacy: of('efficacy'),
    general: of('general'),
    control: of('control'),
    robustness: of('robustness'),
  }
}

function testedAxes({ axes, verdict }: ConditionResult): Pick<KnownStrength, 'verdict' | 'axes'> {
  return {
    verdict,
    axes: ofAxes(axis => {
      const suite = decidingSuite(axes[axis])
      if (suite === undefined) return null
      const { change, ci, n, kind } = suite
      return { state: axes[axis].state, change, ci, n, unit: kind === 'rate' ? 'points' : '%' }
    }),
  }
}

/**
 * Only the two rates are kept, not which rows changed, so the interval takes them for rates on different rows: wider than
 * what the same rows would give, so nothing is called broken or kept too early.
 */
function exploredAxis(
  axis: AxisName,
  before: ExploredRate | undefined,
  after: ExploredRate,
  margin: number,
): KnownAxis | null {
  if (before === undefined || before.rate === null || after.rate === null) return null
  if (before.ci === null || after.ci === null) return null
  const ci = squareAndAdd({ estimate: after.rate, interval: after.ci }, { estimate: before.rate, interval: before.ci })
  const [low] = before.ci
  const room = before.chance === undefined ? low >= Math.max(leastRate, 4 * margin) : low > before.chance + margin
  return {
    state: exploredState(axis, ci, margin, room),
    change: after.rate - before.rate,
    ci,
    n: after.n,
    unit: 'points',
  }
}

/** As a verdict is made; what the unsteered model hardly has, it cannot be seen to keep. */
function exploredState(
  axis: AxisName,
  [low, high]: readonly [number, number],
  margin: number,
  room: boolean,
): SuiteState {
  if (axis === 'efficacy') return low > 0 ? 'works' : 'undecided'
  if (high < -margin) return 'broken'
  if (!room) return 'cannot-tell'
  return low > -margin ? 'holds' : 'undecided'
}
