/**
 * A vector as one `.safetensors` file: unit directions as tensors `direction.<layer>` (`direction.embedding`,
 * or `direction` for one shared by all layers), everything else as JSON under the metadata key `plimsoll`.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { EMBEDDING } from '../../engine/select.ts'
import { isShared } from '../../engine/steering.ts'
import type { Direction, ModelInfo } from '../../engine/types.ts'
import { Where } from '../../engine/where.ts'
import { PlimsollError } from '../../errors.ts'
import { checkModel, Provenance, type Vector } from '../vector.ts'
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts'

const Metadata = z.strictObject({
  edit: z.enum(['add', 'ablate']),
  where: Where,
  /** Natural scale of each tensor. */
  scales: z.record(z.string(), z.number()),
  provenance: Provenance,
})

const prefix = 'direction.'
const shared = 'direction'

/** Writes the file whole or not at all. */
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
  const partial = `${file}.part`
  await writeFile(partial, writeSafetensors({ tensors, metadata }))
  await rename(partial, file)
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
  const { tensors, metadata } = readSafetensors(await read(file), file)
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
  const direction = (name: string): Direction => {
    const tensor = tensors.get(name)
    const scale = scales[name]
    if (tensor === undefined || scale === undefined || tensor.values.length !== provenance.model.width) {
      throw new PlimsollError('invalid-input', 'The vector file is inconsistent', {
        found: `${name}: ${tensor === undefined ? 'no tensor' : `${tensor.values.length} values`}`,
        expected: `${provenance.model.width} values and a scale`,
        where: file,
        fix: 'Copy or fit the vector again.',
      })
    }
    return { unit: tensor.values, scale }
  }
  const directions = tensors.has(shared)
    ? direction(shared)
    : Object.fromEntries([...tensors.keys()].map(name => [layerOf(name), direction(name)]))
  const vector: Vector = { edit, where, directions, provenance }
  if (model !== undefined && options.otherModel !== 'force') checkModel(vector, model)
  return vector
}

function layerOf(name: string): number {
  const layer = name.slice(prefix.length)
  return layer === 'embedding' ? EMBEDDING : Number(layer)
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

async function read(file: string): Promise<Uint8Array> {
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
