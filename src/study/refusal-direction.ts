/** The direction of refusal of a model, from the data sets of the package: what a vector is held against. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { loadDataset } from '../data/index.ts'
import { plainTerms } from '../engine/plain-terms.ts'
import type { Model, ModelInfo } from '../engine/types.ts'
import { parseWhere } from '../engine/where.ts'
import { PlimsollError } from '../errors.ts'
import { languageOf } from '../models/index.ts'
import { cacheFolder } from '../paths.ts'
import type { RunOptions } from '../progress.ts'
import {
  directionAt,
  dot,
  fitMethod,
  layersIn,
  loadVector,
  provenance,
  saveVector,
  type Vector,
} from '../steer/index.ts'
import { hashOf } from './hash.ts'

const method = 'diffmean'

/** Cosine with the direction of refusal at one layer of the residual stream, of one part of a vector. */
export interface AlongRefusal {
  /** Index of the part, compound vectors spelled out. */
  readonly term: number
  readonly layer: number
  readonly cosine: number
}

/** What was fitted for this very model and these very prompts; null where nothing was. */
export async function keptRefusal(model: Pick<ModelInfo, 'name' | 'fingerprint'>): Promise<Vector | null> {
  // One that cannot be read, of another version, is made anew.
  return loadVector(fileFor(model, await prompts(model))).catch(() => null)
}

/**
 * Difference of means of harmful and harmless prompts at every layer; fitted once and kept in the user's cache.
 * @throws PlimsollError `not-found` where the cache cannot be written
 */
export async function refusalDirection(model: Model, options: RunOptions = {}): Promise<Vector> {
  const kept = await keptRefusal(model.info)
  if (kept !== null) return kept
  const sides = await prompts(model.info)
  const layers = Array.from({ length: model.info.layers }, (_, layer) => layer)
  const fitted = await fitMethod(model, { method, ...sides, layers }, options)
  const directions = layers.flatMap(layer => {
    const own = fitted.get(layer)
    const direction = own && directionAt(own, layer)
    return direction === undefined ? [] : [[layer, direction] as const]
  })
  const vector: Vector = {
    edit: 'add',
    where: { site: 'residual', layers, tokens: { phase: 'all' } },
    directions: Object.fromEntries(directions),
    provenance: provenance(model, {
      method,
      parameters: { layers: 'all' },
      ...sides,
      system: null,
      seed: null,
      note: 'The direction of refusal: harmful against harmless prompts.',
    }),
  }
  const file = fileFor(model.info, sides)
  await mkdir(dirname(file), { recursive: true }).catch(cause => {
    throw new PlimsollError('not-found', 'The cache cannot be written', {
      where: dirname(file),
      fix: 'Make the folder writable, or name another in the variable PLIMSOLL_CACHE.',
      cause,
    })
  })
  await saveVector(vector, file)
  return vector
}

/** Where a vector lies along it: parts that act on the residual stream and have a direction there. */
export function alongRefusal(vector: Vector, refusal: Vector): AlongRefusal[] {
  return plainTerms([{ vector }]).flatMap(({ vector: part }, term) => {
    if (part.edit === 'custom' || parseWhere(part.where).site !== 'residual') return []
    return layersIn(part, vector.provenance.model.layers).flatMap(layer => {
      const [own, other] = [directionAt(part, layer), directionAt(refusal, layer)]
      return own === undefined || other === undefined ? [] : [{ term, layer, cosine: dot(own.unit, other.unit) }]
    })
  })
}

/** Within this, 95 of 100 random directions of the width lie: cosines have the standard deviation 1/√width. */
export function cosineByChance(width: number): number {
  return 2 / Math.sqrt(width)
}

async function prompts(model: Pick<ModelInfo, 'name'>) {
  const load = async (set: string) => {
    const { rows } = await loadDataset(`${languageOf(model)}/${set}/fit`, { kind: 'prompts' })
    return rows.map(({ prompt }) => prompt)
  }
  return { positive: await load('harmful'), negative: await load('harmless') }
}

function fileFor({ fingerprint }: Pick<ModelInfo, 'fingerprint'>, sides: object): string {
  return join(cacheFolder(), 'refusal', `${fingerprint}-${hashOf({ method, ...sides }).slice(0, 16)}.safetensors`)
}
