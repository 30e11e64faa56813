/** The sentences that explain a suite's state, in points of a hundred. */
import type { ScoredRow } from './suite-rows.ts'

/** A share in points, with as few decimals (at most three) as keep it apart from `beside`. */
export function points(share: number, beside?: number): string {
  const value = 100 * share
  const other = beside === undefined ? undefined : 100 * beside
  for (let decimals = 0; decimals < 3; decimals++) {
    const told = value.toFixed(decimals)
    if (other === undefined || Number(told) !== Number(other.toFixed(decimals))) return minus(told)
  }
  return minus(value.toFixed(3))
}

/** A margin as it was stated: `5`, `2.5`. */
export function margin(share: number): string {
  return String(Number((100 * share).toFixed(3)))
}

function minus(told: string): string {
  return Number(told) === 0 ? told.replace('-', '') : told.replace('-', '−')
}

interface Measured {
  readonly change: number
  readonly ci: readonly [number, number]
}

/** `unit` is `points` for rates and `%` for perplexity. */
export function keptHolds({ ci }: Measured, line: number, unit: string): string {
  if (ci[0] >= 0) return 'The whole interval of the change lies at or above zero.'
  return `At most ${points(-ci[0], line)} ${unit} are lost, less than the margin of ${margin(line)}.`
}

export function keptBroken({ ci }: Measured, line: number, unit: string): string {
  return `At least ${points(-ci[1], line)} ${unit} are lost, more than the margin of ${margin(line)}.`
}

export function keptUndecided({ ci }: Measured, line: number, unit: string, more: number | null): string {
  const range = `The change may be anything from ${points(ci[0])} to ${points(ci[1])} ${unit}, the margin being ${margin(line)}`
  return `${range}; ${wouldDecide(more)}.`
}

export function wouldDecide(more: number | null): string {
  return more === null ? 'more prompts alone would hardly decide it' : morePrompts(more)
}

/** `about 300 more prompts would decide it`. */
export function morePrompts(more: number): string {
  const shown = told(more)
  return `about ${shown} more ${shown === '1' ? 'prompt' : 'prompts'} would decide it`
}

/** A number of prompts to two leading digits, rounded up. */
export function told(more: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, more))) - 1)
  return String(Math.ceil(more / unit) * unit)
}

/** Why no change can be computed: no rows, or rows that are no more than one case. */
export function nothingWhy(rows: number, scored: readonly ScoredRow[]): string {
  const [first] = scored
  if (rows === 0) return 'There are no prompts.'
  if (first === undefined) return 'No answer could be scored in both conditions.'
  const shared = first.cluster === undefined ? 'article' : 'request'
  return `All ${scored.length} answers that could be scored are about one ${shared}, and say nothing about others.`
}
