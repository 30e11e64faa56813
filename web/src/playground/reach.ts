/** How far a slider reaches. */
import type { KnownStrength } from '../../../src/study/known-strengths.ts'
import { strengthsOf } from '../../../src/study/report/lanes.ts'

/** Where nothing is known: a few times the difference of the classes that a vector was fitted on. */
const usual = 4

/** Somewhat beyond what is known, and never short of where the slider stands. Below 0 only where somebody was. */
export function reachOf(known: readonly KnownStrength[], strength: number): readonly [number, number] {
  const all = [...strengthsOf(known), strength]
  const far = Math.max(...all.map(Math.abs))
  const most = all.length === 1 && far <= usual ? usual : Math.max(1, Math.ceil(far * 1.25))
  return [Math.min(...all) < 0 ? -most : 0, most]
}
