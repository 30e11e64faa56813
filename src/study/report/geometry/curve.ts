/** The points tried on the select split, as curves over strength. */
import type { Selection } from '../../result.ts'

export interface CurvePoint {
  readonly strength: number
  /** Compliance, in [0, 1]. */
  readonly target: number
  readonly control: number
}

/** One layer's curve, ascending in strength, from the unsteered baseline at strength 0. */
export interface Curve {
  /** null for a vector that acts at several layers. */
  readonly layer: number | null
  readonly chosen: boolean
  readonly points: readonly CurvePoint[]
}

export interface Curves {
  /** Ascending by layer. */
  readonly layers: readonly Curve[]
  readonly chosen: (CurvePoint & { readonly layer: number | null }) | null
  readonly strengths: readonly number[]
}

export function strengthCurves(selection: Selection): Curves {
  const chosen = selection.points.find(point => point.chosen) ?? null
  const layers = [...new Set(selection.points.map(point => point.layer))].toSorted((a, b) => (a ?? 0) - (b ?? 0))
  const start: CurvePoint = { strength: 0, ...selection.baseline }
  return {
    layers: layers.map(layer => ({
      layer,
      chosen: layer === chosen?.layer,
      points: [
        start,
        ...selection.points
          .filter(point => point.layer === layer)
          .map(({ strength, target, control }) => ({ strength, target, control }))
          .toSorted((a, b) => a.strength - b.strength),
      ],
    })),
    chosen:
      chosen === null
        ? null
        : { layer: chosen.layer, strength: chosen.strength, target: chosen.target, control: chosen.control },
    strengths: [...new Set([0, ...selection.points.map(point => point.strength)])].toSorted((a, b) => a - b),
  }
}

/** Moves labels apart so that neighbours are at least `gap` from each other and all stay in [low, high]. */
export function spread(positions: readonly number[], gap: number, low: number, high: number): number[] {
  const sorted = positions.map((value, index) => ({ value, index })).toSorted((a, b) => a.value - b.value)
  const placed: number[] = []
  for (const { value } of sorted) placed.push(Math.max(value, (placed.at(-1) ?? low - gap) + gap))
  for (let i = placed.length - 1; i >= 0; i--) placed[i] = Math.min(placed[i]!, (placed[i + 1] ?? high + gap) - gap)
  const result: number[] = []
  sorted.forEach(({ index }, i) => {
    result[index] = placed[i]!
  })
  return result
}

/** Strengths far enough apart for their labels. */
export function thinned(strengths: readonly number[], last: number): number[] {
  const kept: number[] = []
  for (const strength of strengths) {
    const before = kept.at(-1)
    if (before === undefined || (strength - before) / last >= 0.1) kept.push(strength)
  }
  return kept
}
