/** What steering gains against the most it costs: a point for each condition. */
import type { AxisName, ConditionResult } from '../../result.ts'
import { decidingSuite } from '../words.ts'
import { pointScale, position, type Scale } from './scale.ts'

export interface TradeOffPoint {
  readonly condition: ConditionResult
  /** Changes, as shares. */
  readonly gain: number
  readonly worst: number
  readonly axis: AxisName
  /** Shares of the plot's width and height, from its lower left corner. */
  readonly x: number
  readonly y: number
}

export interface TradeOff {
  readonly points: readonly TradeOffPoint[]
  readonly gains: Scale
  readonly losses: Scale
}

const kept: readonly AxisName[] = ['general', 'control', 'robustness']

/** Null where no condition has both. Checks are left out: what they show is no offer. */
export function tradeOff(conditions: readonly ConditionResult[]): TradeOff | null {
  const found = conditions
    .filter(({ role }) => role === 'method' || role === 'reference')
    .flatMap(condition => {
      const gain = decidingSuite(condition.axes.efficacy)?.change
      const costs = kept.flatMap(axis =>
        condition.axes[axis].suites
          .filter(({ state }) => state !== 'cannot-tell')
          .map(({ change }) => ({ axis, change })),
      )
      const worst = costs.toSorted((a, b) => a.change - b.change)[0]
      return gain === undefined || worst === undefined || !Number.isFinite(gain + worst.change)
        ? []
        : [{ condition, gain, worst: worst.change, axis: worst.axis }]
    })
  if (found.length === 0) return null
  const gains = pointScale(found.map(({ gain }) => gain))
  const losses = pointScale(found.map(({ worst }) => worst))
  const within = (value: number) => Math.min(1, Math.max(0, value))
  return {
    gains,
    losses,
    points: found.map(point => ({
      ...point,
      x: within(position(gains, point.gain)),
      y: within(position(losses, point.worst)),
    })),
  }
}
