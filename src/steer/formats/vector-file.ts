/**
 * A vector as one `.safetensors` file: every array of numbers as a tensor named by where it stands, such as
 * `directions.14.unit`, everything else as JSON under the metadata key `plimsoll`, `{ "tensor": name }` in the arrays' place.
 */
import { z } from 'zod'
import { steeringProblem } from '../../engine/check-steering.ts'
import { EMBEDDING } from '../../engine/place.ts'
import { plainTerms } from '../../engine/plain-terms.ts'
import { isShared } from '../../engine/steering.ts'
import type { EditVector, ModelInfo } from '../../engine/types.ts'
import { Where } from '../../engine/where.ts'
import { PlimsollError } from '../../errors.ts'
import { layerKeys } from '../layers.ts'
import { checkModel, isFitted, Provenance, type Vector } from '../vector.ts'
import { parseJson } from './json.ts'
import { pack, unpack } from './packed.ts'
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts'
import { readWhole, writeWhole } from './whole-file.ts'

const Metadata = z.strictObject({ vector: z.looseObject({ edit: z.string() }), provenance: Provenance })
const Place = z.strictObject({ tensor: z.string() })

/** Rounding of a unit vector to F32 stays far below this. */
const unitTolerance = 1e-3

/**
 * Writes the file whole or not at all.
 * @throws PlimsollError `not-found` where it cannot be written
 */
export async function saveVector(vector: Vector, file: string): Promise<void> {
  await writeWhole(file, vectorBytes(vector), 'The vector file')
}

/** What such a file holds. */
export function vectorBytes(vector: Vector): Uint8Array {
  const tensors = new Map<string, Tensor>()
  const { provenance, ...edit } = vector
  const packed = pack(edit, (name, values) => {
    tensors.set(name, { shape: [values.length], values })
    return { tensor: name }
  })
  const metadata = { format: 'plimsoll', plimsoll: JSON.stringify({ vector: packed, provenance }) }
  return writeSafetensors({ tensors, metadata })
}

/**
 * Reads a vector; with `model` it has to be the one the vector was fitted on. A file holds data only: an edit that is code
 * (`custom`) is refused.
 * @throws PlimsollError `not-found`, `invalid-input`, `vector-mismatch`
 */
export async function loadVector(
  file: string,
  model?: Pick<ModelInfo, 'name' | 'fingerprint' | 'width' | 'layers'>,
  options: { readonly otherModel?: 'refuse' | 'force' } = {},
): Promise<Vector> {
  const bytes = await readWhole(file, 'The vector file', 'make a vector with `plimsoll fit`')
  const vector = parseVector(bytes, file)
  if (model !== undefined && options.otherModel !== 'force') checkModel(vector, model)
  return vector
}

/**
 * The vector in the bytes of such a file.
 * @param file as errors name it
 * @throws PlimsollError `invalid-input`
 */
export function parseVector(bytes: Uint8Array, file?: string): Vector {
  const { tensors, metadata } = readSafetensors(bytes, file)
  const parsed = Metadata.safeParse(parseJson(metadata.plimsoll ?? ''))
  if (!parsed.success) {
    throw new PlimsollError('invalid-input', 'The file is not a Plimsoll vector', {
      found: metadata.plimsoll === undefined ? 'no plimsoll metadata' : z.prettifyError(parsed.error),
      expected: 'a file written by `plimsoll fit`',
      where: file,
      fix: 'Fit the vector again with this version.',
    })
  }
  const inconsistent = (found: string, expected: string): never => {
    throw new PlimsollError('invalid-input', 'The vector file is inconsistent', {
      found,
      expected,
      where: file,
      fix: 'Copy or fit the vector again.',
    })
  }
  const { provenance } = parsed.data
  if (depthOf(parsed.data.vector) > deepest) inconsistent('edits within edits within edits', 'a few')
  const used = new Set<string>()
  const edit = unpack(parsed.data.vector, value => {
    const { data: place } = Place.safeParse(value)
    if (place === undefined) return undefined
    const { values } = tensors.get(place.tensor) ?? inconsistent(`no tensor ${place.tensor}`, 'every one that is named')
    if (!values.every(Number.isFinite)) inconsistent(`NaN or infinity in ${place.tensor}`, 'finite values')
    used.add(place.tensor)
    return values
  })
  if (!isFitted(edit)) return inconsistent(steeringProblem([{ vector: edit }]) ?? 'an edit that is code', 'an edit')
  for (const { vector: part } of plainTerms([{ vector: edit }])) {
    const problem = problemOf(part, provenance.model)
    if (problem !== null) inconsistent(problem.found, problem.expected)
  }
  const unused = [...tensors.keys()].find(name => !used.has(name))
  if (unused !== undefined) inconsistent(`a tensor ${unused}`, 'only those that the edit names')
  return { ...edit, provenance }
}

/** Levels of plain data that an edit may have: a compound of compounds is a few. */
const deepest = 32

function depthOf(value: unknown): number {
  let [level, depth]: [unknown[], number] = [[value], 0]
  for (; level.length > 0 && depth <= deepest; depth++)
    level = level.flatMap(one => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  return depth
}

/** What of an edit does not go with the model that it says it was fitted on. */
function problemOf(
  vector: EditVector,
  { layers, width }: Provenance['model'],
): { readonly found: string; readonly expected: string } | null {
  const { data: where, error } = Where.safeParse(vector.where)
  if (error !== undefined) return { found: z.prettifyError(error), expected: 'a where-clause' }
  const keys = layerKeys(vector)
  if (keys?.length === 0) return { found: 'no layer', expected: 'at least one' }
  const beyond = keys?.find(layer => layer >= layers || layer < EMBEDDING)
  if (beyond !== undefined) return { found: `layer ${beyond}`, expected: `layers 0 to ${layers - 1}` }
  if (!('directions' in vector)) return null
  for (const { unit } of isShared(vector.directions) ? [vector.directions] : Object.values(vector.directions)) {
    // A head has a width of its own, which only the open model tells.
    if (where.site !== 'head' && unit.length !== width)
      return { found: `a direction of ${unit.length} values`, expected: `${width}, the width of its model` }
    const norm = Math.sqrt(unit.reduce((sum, value) => sum + value * value, 0))
    if (!(Math.abs(norm - 1) < unitTolerance)) return { found: `norm ${norm}`, expected: 'a unit vector' }
  }
  return null
}
