/**
 * llama.cpp's control vectors: a GGUF file with a tensor `direction.K` for each layer, which llama.cpp adds to the residual
 * stream after block K at every token, from K = 1 on (llama_set_adapter_cvec). K is our layer K.
 *
 * Makers differ in which states they read for it. repeng (repeng/extract.py) reads where the vector is added. llama.cpp's
 * own generator (examples/cvector-generator: pca.hpp, mean.hpp) names what it read after block K − 1 `direction.K`, so it
 * acts one layer later than it was read. Any file is taken as llama.cpp applies it; who says the maker has that written
 * down. llama.cpp adds at the beginning of sequence as well, which this engine leaves out by default.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { readHeader } from '../../engine/header.ts'
import { isShared } from '../../engine/steering.ts'
import type { Direction, ModelInfo } from '../../engine/types.ts'
import { parseWhere, Where } from '../../engine/where.ts'
import { PlimsollError } from '../../errors.ts'
import { checkModel, type DirectedVector, Provenance, recorded, toDirection, type Vector } from '../vector.ts'
import { meansEveryToken } from './every-token.ts'
import { gguf } from './gguf-file.ts'
import { writeWhole } from './whole-file.ts'

const ARCHITECTURE = 'controlvector'
/** What only this program reads: where a vector comes from, and which tokens it left out before it became one for all. */
const RECORD = 'plimsoll'
const Record = z.strictObject({ where: Where, provenance: Provenance })
/** ggml's number for F32. */
const F32 = 0

/** Who wrote a control vector: the file does not say. */
export type Maker = 'llama.cpp' | 'repeng' | 'unknown'

const readAt: Readonly<Record<Maker, string>> = {
  'llama.cpp': 'Made by llama.cpp’s cvector-generator: each direction was read one layer before the one it acts at.',
  repeng: 'Made by repeng: each direction was read at the layer it acts at.',
  unknown: 'It is not known at which layer each direction was read; it acts where llama.cpp adds it.',
}

type Model = Pick<ModelInfo, 'name' | 'architecture' | 'layers' | 'width' | 'fingerprint'>

/**
 * Writes the file whole or not at all; a strength of 1 adds scale × unit.
 * @throws PlimsollError `invalid-input` for what a control vector cannot say, `not-found` where it cannot be written
 */
export async function saveControlVector(given: Vector, file: string): Promise<void> {
  const vector = added(given)
  const { provenance } = vector
  const tensors = new Map<string, Float32Array>()
  for (const [layer, { unit, scale }] of addedPerLayer(vector))
    tensors.set(
      `direction.${layer}`,
      unit.map(value => scale * value),
    )
  const content = gguf({
    metadata: {
      'general.architecture': ARCHITECTURE,
      [`${ARCHITECTURE}.model_hint`]: provenance.model.architecture,
      [`${ARCHITECTURE}.layer_count`]: tensors.size,
      [RECORD]: JSON.stringify({ where: vector.where, provenance }),
    },
    tensors,
  })
  await writeWhole(file, content, 'The control vector')
}

function cannot(found: string, expected: string): never {
  throw new PlimsollError('invalid-input', 'A control vector of llama.cpp cannot say this', {
    found,
    expected,
    fix: 'Keep it as .safetensors: Plimsoll’s own engine applies it.',
  })
}

function added(vector: Vector): DirectedVector {
  return vector.edit === 'add' ? vector : cannot(`the edit ${vector.edit}`, 'a vector that is added')
}

function addedPerLayer(vector: DirectedVector): [number, Direction][] {
  const { site, tokens } = parseWhere(vector.where)
  if (site !== 'residual') cannot(`the site ${site}`, 'the residual stream after layer 1 or later')
  if (!meansEveryToken(tokens)) cannot('a choice of tokens', 'a vector for every token')
  const { directions } = vector
  if (isShared(directions)) return cannot('one direction for all layers', 'a direction for each layer')
  const found = Object.entries(directions).map(([layer, one]): [number, Direction] => [Number(layer), one])
  const early = found.find(([layer]) => layer < 1)
  if (early !== undefined) cannot(early[0] < 0 ? 'the embedding' : 'layer 0', 'layer 1 or later')
  return found
}

/**
 * Reads a control vector for a model: the file itself says only its architecture and width.
 * @throws PlimsollError `not-found`, `invalid-input`, `vector-mismatch`
 */
export async function loadControlVector(
  file: string,
  model: Model,
  {
    maker = 'unknown',
    otherModel = 'refuse',
  }: { readonly maker?: Maker | undefined; readonly otherModel?: 'refuse' | 'force' } = {},
): Promise<DirectedVector> {
  const header = await readHeader(file)
  const refuse = (found: string, expected: string): never => {
    throw new PlimsollError('invalid-input', 'The file is not a control vector for this model', {
      found,
      expected,
      where: file,
      fix: 'Check that the file is a control vector, and made for this model.',
    })
  }
  if (header.architecture !== ARCHITECTURE) refuse(`the architecture ${header.architecture}`, ARCHITECTURE)
  const hint = header.metadata.get(`${ARCHITECTURE}.model_hint`)
  if (typeof hint === 'string' && hint !== model.architecture)
    refuse(`made for the architecture ${hint}`, model.architecture)
  const content = await readFile(file)
  const directions: Record<number, Direction> = {}
  for (const { name, shape, type, start, bytes } of header.tensors) {
    const [, written] = /^direction\.(\d+)$/.exec(name) ?? []
    if (written === undefined) continue
    const layer = Number(written)
    if (layer < 1 || layer >= model.layers) refuse(name, `layers 1 to ${model.layers - 1}`)
    if (type !== F32) refuse(`${name} of type ${type}`, 'F32')
    if (shape.length !== 1 || shape[0] !== model.width)
      refuse(`${name} of ${shape.join(' × ')}`, `${model.width}, the model’s width`)
    const view = new DataView(content.buffer, content.byteOffset + start, bytes)
    const values = Float32Array.from({ length: model.width }, (_, i) => view.getFloat32(4 * i, true))
    // What llama.cpp does not add, such as a layer left at zero, is not there.
    if (values.some(value => value !== 0)) directions[layer] = toDirection(values, name)
  }
  const layers = Object.keys(directions).map(Number)
  if (layers.length === 0) refuse('no direction that is not zero', 'a tensor direction.K')
  const record = recordOf(header.metadata.get(RECORD))
  if (record !== null) {
    const vector: DirectedVector = { edit: 'add', directions, ...record }
    if (otherModel !== 'force') checkModel(vector, model)
    return vector
  }
  return {
    edit: 'add',
    // llama.cpp adds it at the beginning of sequence, too.
    where: { site: 'residual', layers, tokens: { phase: 'all', beginning: 'keep' } },
    directions,
    provenance: imported(file, content, maker, model),
  }
}

function recordOf(text: unknown): z.infer<typeof Record> | null {
  if (typeof text !== 'string') return null
  try {
    return Record.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function imported(file: string, content: Uint8Array, maker: Maker, model: Model): Provenance {
  const { name, architecture, layers, width, fingerprint } = model
  return recorded({
    model: { name, architecture, layers, width, fingerprint },
    method: 'imported',
    parameters: { file: file.split(/[\\/]/).at(-1) ?? file, format: 'llama.cpp control vector', maker },
    data: { positive: 0, negative: 0, sha256: createHash('sha256').update(content).digest('hex') },
    system: null,
    seed: null,
    note: readAt[maker],
  })
}
