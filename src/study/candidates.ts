/** The points of a selection that are worth answering: a grid, or what a budget of divergence leaves of it. */
import type { Steering } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { place } from './active.ts'
import type { Harmless, Kl } from './harmless/index.ts'
import { type Looked, largestWithin, type WithinBudget, waysOf } from './kl-budget.ts'
import { usesBudget } from './rules.ts'
import type { Rule } from './schema.ts'
import { nats } from './why-chosen.ts'

/** Where something is tried at several strengths. */
export interface Place {
  /** null for a vector that acts at several layers. */
  readonly layer: number | null
  readonly steeringAt: (strength: number) => Steering
}

export interface Selecting<P extends Place> {
  readonly condition: string
  /** Ascending by layer. */
  readonly places: readonly P[]
  readonly strengths: readonly number[]
  readonly rule: Rule
  /** Of which points the divergence is told, where the rule does not need it of more. */
  readonly divergence: 'of the chosen' | 'of every point'
  readonly onRows: (rows: number) => void
  /** Told how many more strengths have had their divergence measured. */
  readonly onLooked: (strengths: number) => void
}

/** A strength at a place, before it is answered. */
export interface Candidate<P extends Place> {
  readonly place: P
  readonly strength: number
  /** null where it was not needed. */
  readonly kl: Kl | null
  /** How it was found as the largest within the budget; null where it stands on the grid. */
  readonly by: WithinBudget['by'] | null
}

export interface Search<P extends Place> {
  readonly candidates: readonly Candidate<P>[]
  /** The divergence at every strength looked at, in a search for the largest too. */
  readonly looked: readonly (Looked & { readonly place: P })[]
}

/**
 * What is to be answered, and what had to be known of it before.
 * @throws PlimsollError `invalid-input` where nothing is within the budget, or there is no harmless text to tell
 */
export async function candidatesOf<P extends Place>(
  harmless: Harmless,
  budget: number,
  { places, strengths, rule, divergence, onLooked }: Selecting<P>,
): Promise<Search<P>> {
  const readAt = (place: P) => async (some: readonly number[]) => {
    const found = await harmless.kl(some.map(place.steeringAt))
    onLooked(some.length)
    return found
  }
  if (!usesBudget(rule) && (divergence === 'of the chosen' || (await harmless.texts()).length === 0)) {
    const candidates = places.flatMap(place => strengths.map(strength => ({ place, strength, kl: null, by: null })))
    return { candidates, looked: [] }
  }
  const looked: (Looked & { readonly place: P })[] = []
  if (rule !== 'kl-budget') {
    for (const place of places) {
      const found = await readAt(place)(strengths)
      looked.push(...found.map((kl, i) => ({ place, strength: strengths[i] ?? 0, kl })))
    }
    if (rule === 'both' && !looked.some(point => isWithin(point, budget))) throw nothingWithin(budget, looked)
    return { candidates: looked.map(point => ({ ...point, by: null })), looked }
  }
  const candidates: Candidate<P>[] = []
  for (const place of places)
    for (const way of waysOf(strengths)) {
      const { looked: found, largest, by } = await largestWithin(budget, way, readAt(place))
      looked.push(...found.map(point => ({ place, ...point })))
      if (largest !== null) candidates.push({ place, ...largest, by })
    }
  if (candidates.length === 0) throw nothingWithin(budget, looked)
  return { candidates, looked }
}

export function isWithin({ kl }: { readonly kl: Kl | null }, budget: number): boolean {
  return kl !== null && kl.p95 <= budget
}

function nothingWithin<P extends Place>(budget: number, looked: Search<P>['looked']): PlimsollError {
  const [least] = [...looked].sort((a, b) => a.kl.p95 - b.kl.p95)
  return new PlimsollError('invalid-input', 'Nothing that was tried stays within the KL budget', {
    found:
      least === undefined
        ? 'no strength but 0'
        : `${nats(least.kl)} nats at the least, at ${place({ layer: least.place.layer, strength: least.strength })}`,
    expected: `at most ${budget} at the 95th percentile of the tokens of harmless text`,
    fix: 'Try smaller strengths or other layers, or raise the budget (select.klBudget, --budget).',
  })
}
