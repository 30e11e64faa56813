/**
 * A vector as one `.safetensors` file: unit directions as tensors `direction.<layer>` (`direction.embedding`,
 * or `direction` for one shared by all layers), everything else as JSON under the metadata key `plimsoll`.
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { EMBEDDING } from '../../engine/select.ts'
import { isShared } from '../../engine/steering.ts'
import type { Direction, ModelInfo } from '../../engine/types.ts'
import { Where } from '../../engine/where.ts'
import { PlimsollError } from '../../errors.ts'
import { checkModel, Provenance, type Vector } from '../vector.ts'
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts'
import { writeWhole } from './whole-file.ts'

const Metadata = z.strictObject({
  edit: z.enum(['add', 'ablate']),
  where: Where,
  /** Natural scale of each tensor. */
  scales: z.record(z.string(), z.number()),
  provenance: Provenance,
})

const prefix = 'direction.'
const shared = 'direction'
/** Rounding of a unit vector to F32 stays far below this. */
const unitTolerance = 1e-3

/**
 * Writes the file whole or not at all.
 * @throws PlimsollError `not-found` where it cannot be written
 */
export async function saveVector(vector: Vector, file: string): Promise<void> {
  const tensors = new Map<string, Tensor>()
  const scales: Record<string, number> = {}
  const put = (name: string, { unit, scale }: Direction) => {
    tensors.set(name, { shape: [unit.length], values: unit })
    scales[name] = scale
  }
  if (isShared(vector.directions)) put(shared, vector.directions)
  else {
    for (const [layer, direction] of Object.entries(vector.directions)) {
      put(`${prefix}${Number(layer) === EMBEDDING ? 'embedding' : layer}`, direction)
    }
  }
  const { edit, where, provenance } = vector
  const metadata = { format: 'plimsoll', plimsoll: JSON.stringify({ edit, where, scales, provenance }) }
  await writeWhole(file, writeSafetensors({ tensors, metadata }), 'The vector file')
}

/**
 * Reads a vector; with `model` it has to be the one the vector was fitted on.
 * @throws PlimsollError `not-found`, `invalid-input`, `vector-mismatch`
 */
export async function loadVector(
  file: string,
  model?: Pick<ModelInfo, 'name' | 'fingerprint' | 'width' | 'layers'>,
  options: { readonly otherModel?: 'refuse' | 'force' } = {},
): Promise<Vector> {
  const { tensors, metadata } = readSafetensors(await readBytes(file), file)
  const parsed = Metadata.safeParse(parseJson(metadata.plimsoll))
  if (!parsed.success) {
    throw new PlimsollError('invalid-input', 'The file is not a Plimsoll vector', {
      found: metadata.plimsoll === undefined ? 'no plimsoll metadata' : z.prettifyError(parsed.error),
      expected: 'a file written by `plimsoll fit`',
      where: file,
      fix: 'Fit the vector again with this version.',
    })
  }
  const { edit, where, scales, provenance } = parsed.data
  const inconsistent = (found: string, expected: string): never => {
    throw new PlimsollError('invalid-input', 'The vector file is inconsistent', {
      found,
      expected,
      where: file,
      fix: 'Copy or fit the vector again.',
    })
  }
  const { width, layers } = provenance.model
  const read = (name: string, scale: number): Direction => {
    const { values } = tensors.get(name) ?? inconsistent(`no tensor ${name}`, 'one for each scale')
    if (values.length !== width) inconsistent(`${name}: ${values.length} values`, `${width}, the width of its model`)
    const norm = Math.hypot(...values)
    if (!(Math.abs(norm - 1) < unitTolerance)) inconsistent(`${name}: norm ${norm}`, 'a unit vector')
    return { unit: values, scale }
  }
  const layerOf = (name: string): number => {
    const [, layer = ''] =
      /^direction\.(embedding|\d+)$/.exec(name) ?? inconsistent(`a tensor ${name}`, `${prefix}LAYER`)
    if (layer === 'embedding') return EMBEDDING
    return Number(layer) < layers ? Number(layer) : inconsistent(name, `layers 0 to ${layers - 1}`)
  }
  const scaled = Object.entries(scales)
  const unscaled = [...tensors.keys()].find(name => scales[name] === undefined)
  if (unscaled !== undefined) inconsistent(`${unscaled} without a scale`, 'a scale for each tensor')
  if (scaled.length === 0) inconsistent('no direction', 'at least one')
  const [only] = scaled
  const directions =
    scaled.length === 1 && only?.[0] === shared
      ? read(...only)
      : Object.fromEntries(scaled.map(([name, scale]) => [layerOf(name), read(name, scale)]))
  const vector: Vector = { edit, where, directions, provenance }
  if (model !== undefined && options.otherModel !== 'force') checkModel(vector, model)
  return vector
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new PlimsollError('not-found', 'The vector file cannot be read', {
      found: cause instanceof Error ? cause.message : String(cause),
      where: file,
      fix: 'Check the path, or make a vector with `plimsoll fit`.',
      cause,
    })
  }
}
