/** Numbers as they are shown: a real minus sign, no decimals on rates. */
import type { SuiteResult } from '../result.ts'

const nothing = '–'

/** `+47`, `−3`, `0`: a signed share as points (or percent, for perplexity). */
export function points(share: number, decimals = 0): string {
  if (!Number.isFinite(share)) return nothing
  const text = Math.abs(share * 100).toFixed(decimals)
  if (Number(text) === 0) return text
  return (share < 0 ? '−' : '+') + text
}

/** `88`: a share in percent, without its sign or unit. */
export function share(value: number, decimals = 0): string {
  return Number.isFinite(value) ? (value * 100).toFixed(decimals) : nothing
}

/** `88 %`. */
export function percent(value: number, decimals = 0): string {
  return `${share(value, decimals)} %`
}

/** `[+36, +56]` in points. */
export function interval(bounds: readonly [number, number], decimals = 0): string {
  return `[${points(bounds[0], decimals)}, ${points(bounds[1], decimals)}]`
}

/**
 * The interval of a suite's change in whole points; a bound that rounding would put onto the value that decides (the
 * line, or zero where efficacy works) has as many decimals as keep it apart.
 */
export function decidingInterval(suite: SuiteResult): string {
  const beside = suite.state === 'works' ? 0 : -suite.margin
  return `[${apart(suite.ci[0], beside)}, ${apart(suite.ci[1], beside)}]`
}

function apart(bound: number, beside: number): string {
  const decimals = [0, 1, 2].find(digits => points(bound, digits) !== points(beside, digits))
  return points(bound, bound === beside ? 0 : (decimals ?? 3))
}

/** `[79.0, 93.0]` in percent, of a rate; a dash where there is none. */
export function rateInterval(bounds: readonly [number, number] | null): string {
  return bounds === null ? nothing : `[${share(bounds[0], 1)}, ${share(bounds[1], 1)}]`
}

/** `5,120`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** `×1.03`. */
export function ratio(value: number): string {
  return Number.isFinite(value) ? `×${value.toFixed(2)}` : nothing
}

/** `12.4`: a perplexity. */
export function perplexity(value: number): string {
  return Number.isFinite(value) ? value.toFixed(value < 100 ? 1 : 0) : nothing
}

/** `0.031`, `<0.001`; a dash where there is none. */
export function pValue(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return nothing
  return value < 0.001 ? '<0.001' : value.toFixed(3)
}

/** `31 s`, `6 min`, `1 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Baseline and steered value of a suite, each as it stands alone: `41 %` and `88 %`, or `12.4` and `×1.03`. */
export function values(suite: SuiteResult): { readonly base: string; readonly steered: string } {
  return suite.kind === 'rate'
    ? { base: percent(suite.baseline), steered: percent(suite.steered) }
    : { base: perplexity(suite.baseline), steered: ratio(suite.steered / suite.baseline) }
}

/** `41 → 88 %`, or `12.4 ×1.03`. */
export function fromTo(suite: SuiteResult): string {
  return suite.kind === 'rate'
    ? `${share(suite.baseline)} → ${share(suite.steered)} %`
    : `${perplexity(suite.baseline)} → ${perplexity(suite.steered)}`
}

/** The unit of a suite's change. */
export function unit(suite: SuiteResult): 'points' | '%' {
  return suite.kind === 'rate' ? 'points' : '%'
}

/** A sentence in which no line breaks between a number and its per cent sign. */
export function unbroken(sentence: string): string {
  return sentence.replaceAll(/(?<=\d) %/g, '\u00a0%')
}
