/** Where the parts of one interval lie: pure numbers, whatever draws them. */
import type { SuiteState } from '../../result.ts'
import { position, type Scale } from './scale.ts'

/** Fractions of the plot's width, all within [0, 1]. */
export interface IntervalMark<State = SuiteState> {
  readonly low: number
  readonly high: number
  /** Null where the change itself lies outside the plot. */
  readonly mark: number | null
  readonly zero: number
  /** −margin; null where a property is sought, not kept. */
  readonly line: number | null
  /** The value that an arrow at this end announces; null where the interval ends inside the plot. */
  readonly leavesLow: number | null
  readonly leavesHigh: number | null
  readonly state: State
}

export interface Interval<State = SuiteState> {
  readonly change: number
  readonly ci: readonly [number, number]
  readonly margin: number
  readonly state: State
}

/** @param kept whether the property is to be kept (general, control, robustness), so that there is a line to cross */
export function intervalMark<State>(interval: Interval<State>, kept: boolean, scale: Scale): IntervalMark<State> {
  const { change, ci, margin, state } = interval
  const inside = (value: number) => value >= scale.from && value <= scale.to
  const at = (value: number) => Math.min(1, Math.max(0, position(scale, value)))
  // Where the change itself is outside, its own number says more than that of the bound beyond it.
  const leaving = (bound: number) => (inside(bound) ? null : inside(change) ? bound : change)
  return {
    low: at(ci[0]),
    high: at(ci[1]),
    mark: inside(change) ? at(change) : null,
    zero: at(0),
    line: kept ? at(-margin) : null,
    leavesLow: ci[0] < scale.from ? leaving(ci[0]) : null,
    leavesHigh: ci[1] > scale.to ? leaving(ci[1]) : null,
    state,
  }
}
