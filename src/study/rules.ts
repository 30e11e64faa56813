/** Which of the points that were answered a rule may choose. */
import type { Rule } from './schema.ts'

/** Rules that need the divergence on harmless text. */
export function usesBudget(rule: Rule): boolean {
  return rule === 'kl-budget' || rule === 'both'
}

/**
 * At each layer the point of the smallest strength that answers at least a share of the target prompts; where none does,
 * those that answer most of them, so that there is always one.
 */
export function leastReaching<
  P extends { readonly place: unknown; readonly strength: number; readonly target: number },
>(points: readonly P[], wanted: number): { readonly points: readonly P[]; readonly reached: boolean } {
  const reaching = points.filter(({ target }) => target >= wanted)
  if (reaching.length === 0) {
    const most = Math.max(...points.map(({ target }) => target))
    return { points: points.filter(({ target }) => target === most), reached: false }
  }
  const ascending = reaching.toSorted((a, b) => Math.abs(a.strength) - Math.abs(b.strength))
  const least = new Map<unknown, P>()
  for (const point of ascending) if (!least.has(point.place)) least.set(point.place, point)
  return { points: [...least.values()], reached: true }
}
