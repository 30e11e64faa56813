/** A strength in units that can be compared between methods and models. */
import { z } from 'zod'
import { plainTerms } from '../../engine/plain-terms.ts'
import { placesOf } from '../../engine/sites.ts'
import { directionAt } from '../../engine/steering.ts'
import type { DivergenceItem, ModelInfo, Steering } from '../../engine/types.ts'
import { parseWhere, type Site } from '../../engine/where.ts'
import { quantile } from '../../measure/statistics/bootstrap.ts'
import type { Work } from '../work.ts'
import type { Kl } from './kl.ts'

export interface Units {
  /** ‖α·s·û‖, what is added to a state; null where the edit is no addition. Over several layers: their mean. */
  readonly added: number | null
  /** The same as a share of the median norm of the layer's states on harmless text. */
  readonly ofNorm: number | null
  /** What it does to the model's expectations on harmless text; null where that was not measured. */
  readonly kl: Kl | null
}

/** Where something is added, and how much of it. */
export interface Addition {
  readonly site: Site
  readonly layer: number
  readonly size: number
}

/** What a steering adds, place by place; null where it does anything else. */
export function additionsOf(steering: Steering, model: Pick<ModelInfo, 'sites' | 'layers'>): Addition[] | null {
  const additions: Addition[] = []
  for (const { vector, strength = 1, where } of plainTerms(steering)) {
    const { site, layers } = placesOf(parseWhere(where ?? vector.where), model)
    for (const layer of layers) {
      const scale = vector.edit === 'add' ? directionAt(vector, layer)?.scale : undefined
      if (scale === undefined) return null
      additions.push({ site, layer, size: Math.abs(strength) * scale })
    }
  }
  return additions
}

/** @param norms of states, by `placeName` */
export function unitsOf(
  steering: Steering,
  model: Pick<ModelInfo, 'sites' | 'layers'>,
  norms: ReadonlyMap<string, number>,
  kl: Kl | null,
): Units {
  const additions = additionsOf(steering, model)
  if (additions === null || additions.length === 0) return { added: null, ofNorm: null, kl }
  const shares = additions.flatMap(addition => {
    const norm = norms.get(placeName(addition))
    return norm === undefined || norm === 0 ? [] : [addition.size / norm]
  })
  return {
    added: mean(additions.map(({ size }) => size)),
    ofNorm: shares.length < additions.length ? null : mean(shares),
    kl,
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function placeName({ site, layer }: Pick<Addition, 'site' | 'layer'>): string {
  return `${site} ${layer}`
}

/** Texts whose states are held at once. */
const together = 8

/** Median over the tokens of the text of ‖h‖, unsteered, at every place where one of the steerings adds something. */
export async function normsAt(
  work: Work,
  texts: readonly DivergenceItem[],
  steerings: readonly Steering[],
): Promise<ReadonlyMap<string, number>> {
  const { info } = work.model
  const bySite = new Map<Site, Set<number>>()
  for (const { site, layer } of steerings.flatMap(steering => additionsOf(steering, info) ?? [])) {
    // A head is a part of a state, and no norm of its own is told.
    if (site !== 'head') bySite.set(site, (bySite.get(site) ?? new Set()).add(layer))
  }
  const norms = new Map<string, number>()
  if (texts.length === 0) return norms
  for (const [site, set] of bySite) {
    const layers = [...set].sort((a, b) => a - b)
    const what = { kind: 'norms on harmless text', texts, site, layers }
    const stored = await work.once(what, () => mediansOf(work, texts, site, layers))
    for (const [i, norm] of z.array(z.number()).parse(stored).entries())
      norms.set(placeName({ site, layer: layers[i] ?? 0 }), norm)
  }
  return norms
}

async function mediansOf(work: Work, texts: readonly DivergenceItem[], site: Site, layers: readonly number[]) {
  const found = layers.map((): number[] => [])
  const where = site === 'embedding' ? { site } : { site, layers: [...layers] }
  for (let from = 0; from < texts.length; from += together) {
    work.checkSignal()
    const { states, width } = await work.model.capture(texts.slice(from, from + together), where, { reduce: 'none' })
    for (const own of states)
      for (const [i, rows] of own.entries())
        for (let at = 0; at < rows.length; at += width) found[i]?.push(normOf(rows.subarray(at, at + width)))
  }
  return found.map(medianOf)
}

function normOf(row: Float32Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
}

function medianOf(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5)
}
