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
  /** Whether no other method gains as much at as little cost: the Pareto front. Of references false. */
  readonly front: boolean
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
      front: isOnFront(point, found),
      x: within(position(gains, point.gain)),
      y: within(position(losses, point.worst)),
    })),
  }
}

type Placed = Pick<TradeOffPoint, 'condition' | 'gain' | 'worst'>

/** By the figures as they are, whatever their intervals. */
function isOnFront(point: Placed, all: readonly Placed[]): boolean {
  if (point.condition.role !== 'method') return false
  return !all.some(
    other =>
      other.condition.role === 'method' &&
      other.gain >= point.gain &&
      other.worst >= point.worst &&
      (other.gain > point.gain || other.worst > point.worst),
  )
}

/** Corners of the line below and left of which everything is worse than some method: x, y of the plot, left to right. */
export function frontLine(points: readonly TradeOffPoint[]): readonly (readonly [number, number])[] {
  const front = points.filter(({ front }) => front).toSorted((a, b) => a.x - b.x)
  return front.flatMap((point, i) => {
    const next = front[i + 1]
    return next === undefined
      ? [[point.x, point.y] as const]
      : [[point.x, point.y] as const, [point.x, next.y] as const]
  })
}

/** Which methods lie on the front, of several; null where there is nothing to choose. */
export function frontSentence(conditions: readonly ConditionResult[]): string | null {
  const methods = tradeOff(conditions)?.points.filter(({ condition }) => condition.role === 'method') ?? []
  if (methods.length < 2) return null
  const names = methods.filter(({ front }) => front).map(({ condition }) => condition.name)
  const rest = methods.length - names.length
  const others = rest === 0 ? '' : ` Each of the other ${rest} is met or beaten by one of these on both.`
  return `On the Pareto front of gain and worst cost: ${names.join(', ')}.${others} This is by the figures as they stand: where intervals overlap, another run may order them otherwise.`
}
