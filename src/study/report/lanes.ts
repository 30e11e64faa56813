/** What is known of a vector over its strength, as lanes under a slider: one for each axis. */
import type { KnownAxis, KnownStrength } from '../known-strengths.ts'
import type { AxisName } from '../result.ts'
import { axes, states, type Tone } from './words.ts'

/** A stretch of strengths; `undecided` stands for what was not measured, too. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly tone: Tone
}

export interface LaneMark {
  readonly strength: number
  readonly tone: Tone
  readonly how: KnownStrength['how']
}

export interface Lane {
  readonly axis: AxisName
  /** Side by side, over all that the slider reaches. */
  readonly stretches: readonly Stretch[]
  /** Where somebody looked. */
  readonly marks: readonly LaneMark[]
}

/**
 * Between two strengths the worse one counts, and beyond the last nothing is known. At 0 nothing is steered, so that
 * every axis which is to be kept holds there.
 *
 * @param range of the slider
 */
export function lanesOf(known: readonly KnownStrength[], range: readonly [number, number]): Lane[] {
  return axes.map(axis => {
    const marks = marksOf(known, axis)
    const places = axis === 'efficacy' ? marks : [...marks, { strength: 0, tone: 'holds' as const }]
    const sorted = places.toSorted((a, b) => a.strength - b.strength)
    const between = sorted.slice(1).map((to, i) => {
      const from = sorted[i] ?? to
      return { from: from.strength, to: to.strength, tone: worse(from.tone, to.tone) }
    })
    const [first, last] = [sorted[0]?.strength ?? range[1], sorted.at(-1)?.strength ?? range[1]]
    const all: Stretch[] = [
      { from: range[0], to: first, tone: 'undecided' },
      ...between,
      { from: last, to: range[1], tone: 'undecided' },
    ]
    return { axis, stretches: joined(all.filter(({ from, to }) => to > from)), marks }
  })
}

/** The last strength up from 0 that was looked at before the first at which an axis is broken; null where none was. */
export function plimsollMark(known: readonly KnownStrength[]): number | null {
  const strengths = strengthsOf(known).filter(strength => strength > 0)
  if (strengths.length === 0) return null
  const broken = strengths.findIndex(strength => axes.some(axis => axisAt(known, strength, axis)?.state === 'broken'))
  return strengths.slice(0, broken === -1 ? strengths.length : broken).at(-1) ?? 0
}

/** Those that somebody looked at, ascending. */
export function strengthsOf(known: readonly KnownStrength[]): number[] {
  return [...new Set(known.map(({ strength }) => strength))].toSorted((a, b) => a - b)
}

/** What was tested goes before what was explored, and of these the newest. */
export function pointAt(known: readonly KnownStrength[], strength: number, axis?: AxisName): KnownStrength | null {
  const there = known.filter(one => one.strength === strength && (axis === undefined || one.axes[axis] !== null))
  return there.find(({ how }) => how === 'tested') ?? there[0] ?? null
}

function axisAt(known: readonly KnownStrength[], strength: number, axis: AxisName): KnownAxis | null {
  return pointAt(known, strength, axis)?.axes[axis] ?? null
}

function marksOf(known: readonly KnownStrength[], axis: AxisName): LaneMark[] {
  return strengthsOf(known).flatMap(strength => {
    const point = pointAt(known, strength, axis)
    const found = point?.axes[axis]
    return point === null || !found ? [] : [{ strength, tone: states[found.state].tone, how: point.how }]
  })
}

const order: readonly Tone[] = ['holds', 'undecided', 'broken']

function worse(a: Tone, b: Tone): Tone {
  return order.indexOf(a) > order.indexOf(b) ? a : b
}

function joined(stretches: readonly Stretch[]): Stretch[] {
  const all: Stretch[] = []
  for (const next of stretches) {
    const last = all.at(-1)
    if (last?.tone === next.tone) all[all.length - 1] = { ...last, to: next.to }
    else all.push(next)
  }
  return all
}
