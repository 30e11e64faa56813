/** What the header of a model says about its size, checked where llama.cpp would abort or count wrongly. */
import { createHash } from 'node:crypto'
import { PlimsollError } from '../errors.ts'
import type { Header, TensorEntry } from './header.ts'

/** Plain numbers, so that they travel to the engine process. */
export interface ModelFacts {
  readonly layers: number
  /** Bytes of all tensors. */
  readonly weights: number
  /** Bytes of the tensors of each block. */
  readonly layerBytes: readonly number[]
  /** Bytes of what turns the last state into logits: the embedding itself where the model ties them. */
  readonly outputBytes: number
  readonly width: number
  readonly heads: number
  /** Values of one token inside the feed-forward part. */
  readonly feedForward: number
  readonly vocabulary: number
  /** Values that one token leaves in the key/value cache, over all layers. */
  readonly cacheValues: number
  /** Values of the state that a recurrent model keeps for each sequence, over all layers. */
  readonly stateValues: number
  /** SHA-256 of what the header says beside names and origins. */
  readonly metadata: string
}

/** `LLAMA_MAX_LAYERS`: beyond it llama.cpp aborts. */
const mostLayers = 512
const largestInteger = 2 ** 31 - 1
/** A hundred times the widest layer there is. */
const widest = 2 ** 24

/** @throws PlimsollError `model-invalid` */
export function factsOf(header: Header): ModelFacts {
  const read = reader(header)
  const layers = read.within('block_count', 1, mostLayers)
  read.within('context_length', 1, largestInteger)
  const width = read.within('embedding_length', 1, widest)
  const heads = Math.max(1, ...read.perLayer('attention.head_count', layers, 1))
  const keyLength = read.number('attention.key_length') ?? width / heads
  const valueLength = read.number('attention.value_length') ?? width / heads
  const keyHeads = read.perLayer('attention.head_count_kv', layers, heads)
  const experts = Math.max(1, read.number('expert_used_count') ?? 1)
  const inner = read.number('ssm.inner_size') ?? 0
  const perState = (read.number('ssm.state_size') ?? 0) + Math.max(0, (read.number('ssm.conv_kernel') ?? 1) - 1)
  return {
    layers,
    weights: sum(header.tensors),
    layerBytes: Array.from({ length: layers }, (_, layer) =>
      sum(header.tensors.filter(({ name }) => name.startsWith(`blk.${layer}.`))),
    ),
    outputBytes: outputBytes(header.tensors),
    width,
    heads,
    feedForward: experts * Math.max(width, ...read.perLayer('feed_forward_length', layers, 0)),
    vocabulary: header.tensors.find(({ name }) => name === 'token_embd.weight')?.shape[1] ?? 0,
    cacheValues: keyHeads.reduce((sum, count) => sum + count, 0) * (keyLength + valueLength),
    stateValues: layers * inner * perState,
    metadata: digestOf(header),
  }
}

/** Of a vocabulary only its length counts: an entry that long is not kept. */
function digestOf({ metadata }: Header): string {
  const said = [...metadata].filter(([key]) => !key.startsWith('general.')).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(said)).digest('hex')
}

function sum(tensors: readonly TensorEntry[]): number {
  return tensors.reduce((total, { bytes }) => total + bytes, 0)
}

function outputBytes(tensors: readonly TensorEntry[]): number {
  const output = tensors.filter(({ name }) => name.startsWith('output'))
  const ties = !output.some(({ name }) => name === 'output.weight')
  return sum(output) + (ties ? sum(tensors.filter(({ name }) => name === 'token_embd.weight')) : 0)
}

function reader({ file, architecture, metadata }: Header) {
  const number = (key: string): number | undefined => {
    const value = metadata.get(`${architecture}.${key}`)
    return typeof value === 'number' ? value : undefined
  }
  const wrong = (key: string, found: unknown, expected: string) =>
    new PlimsollError('model-invalid', 'The header of the model file has a number that cannot be', {
      found: `${architecture}.${key} ${found === undefined ? 'is missing' : JSON.stringify(found)}`,
      expected: `a whole number ${expected}`,
      where: file,
      fix: 'Download the file again; if it is the same then, it was converted wrongly.',
    })
  return {
    number,
    within(key: string, least: number, most: number): number {
      const found = metadata.get(`${architecture}.${key}`)
      if (typeof found === 'number' && Number.isInteger(found) && found >= least && found <= most) return found
      throw wrong(key, found, `from ${least} to ${most}`)
    },
    /** A number for every layer, or one for all of them. */
    perLayer(key: string, layers: number, otherwise: number): readonly number[] {
      const found = metadata.get(`${architecture}.${key}`)
      const values: readonly number[] = Array.isArray(found)
        ? found.slice(0, layers)
        : new Array<number>(layers).fill(typeof found === 'number' ? found : otherwise)
      const worst = values.find(value => value < 0 || value > widest)
      if (worst !== undefined) throw wrong(key, worst, `from 0 to ${widest}`)
      return values
    },
  }
}
