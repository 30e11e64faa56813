/** How far a slider reaches. */
import { strongest } from '../../../src/steer/strength.ts'
import type { KnownStrength } from '../../../src/study/known-strengths.ts'
import { strengthsOf } from '../../../src/study/report/lanes.ts'

export type Reach = readonly [from: number, to: number]

/** Where nothing is known: a few times the difference of the classes that a vector was fitted on. */
const usual = 4

/** Somewhat beyond what is known. Below 0 only where somebody was. */
export function reachOf(known: readonly KnownStrength[]): Reach {
  const all = strengthsOf(known)
  if (all.length === 0) return [0, usual]
  const most = Math.max(1, beyond(Math.max(...all.map(Math.abs))))
  return [Math.min(...all) < 0 ? -most : 0, most]
}

/** Somewhat beyond a strength that is out of reach. The slider's own ends are not, so dragging it never moves them. */
export function widened([from, to]: Reach, strength: number): Reach {
  if (strength >= from && strength <= to) return [from, to]
  const most = Math.max(to, beyond(Math.abs(strength)))
  return [Math.min(from, strength) < 0 ? -most : 0, most]
}

/** Of both. */
export function widest(a: Reach, b: Reach): Reach {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])]
}

function beyond(strength: number): number {
  return Math.min(strongest, Math.ceil(strength * 1.25))
}
