/** What has to be said of a vector at one strength, in one sentence. */
import type { KnownAxis, KnownStrength } from '../known-strengths.ts'
import type { AxisName } from '../result.ts'
import { count } from './format.ts'
import { plimsollMark, pointAt, strengthsOf } from './lanes.ts'
import { axes } from './words.ts'

/** `At 2 this vector lost 36 points of robustness (exploratory, 200 answers).` */
export function knownCaption(known: readonly KnownStrength[], strength: number): string {
  if (strength === 0) return 'At 0 nothing is steered.'
  const here = pointAt(known, strength)
  if (here !== null) return `${foundAt(here)}.`
  const nearest = strengthsOf(known).toSorted((a, b) => Math.abs(a - strength) - Math.abs(b - strength))[0]
  const point = nearest === undefined ? null : pointAt(known, nearest)
  if (point === null) return 'Never measured on this model: run a study.'
  return `Never measured at ${number(strength)}. The nearest: ${lower(foundAt(point))}.`
}

/** Where the mark stands, in words. */
export function markCaption(known: readonly KnownStrength[]): string {
  const mark = plimsollMark(known)
  if (mark === null) return 'Nothing is known of any strength.'
  if (mark === 0) return 'Something was broken at the smallest strength that was looked at.'
  return `Up to ${number(mark)} nothing that was looked at is broken.`
}

/** `2`, `−1.5`: as many decimals as it has, and no more than three. */
export function number(strength: number): string {
  return String(Number(strength.toFixed(3))).replace('-', '−')
}

function foundAt(point: KnownStrength): string {
  const { strength, how, study } = point
  const [worst] = axes
    .flatMap(axis => {
      const found = point.axes[axis]
      return found === null || axis === 'efficacy' ? [] : [{ axis, found }]
    })
    .toSorted((a, b) => rank(a.found) - rank(b.found) || a.found.change - b.found.change)
  const at = `At ${number(strength)} this vector`
  const where = how === 'tested' ? `tested in ${study}` : 'exploratory'
  if (worst === undefined) return `${at} was asked nothing that it has to keep (${where})`
  const { axis, found } = worst
  const word =
    found.state === 'broken' ? 'broken' : found.state === 'holds' ? 'nothing that was measured is broken' : 'undecided'
  return `${at} lost ${lost(axis, found)} (${where}, ${count(found.n)} answers): ${word}`
}

/** Broken first, then what is not known to hold. */
function rank({ state }: KnownAxis): number {
  return state === 'broken' ? 0 : state === 'holds' ? 2 : 1
}

function lost(axis: AxisName, { change, unit }: KnownAxis): string {
  const size = Math.max(0, -change * 100)
  const shown = Number(size.toFixed(size < 1 ? 1 : 0))
  if (shown === 0) return `nothing of ${axis}`
  return unit === '%' ? `${shown} % of ${axis} (perplexity)` : `${shown} ${shown === 1 ? 'point' : 'points'} of ${axis}`
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
