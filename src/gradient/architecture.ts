/**
 * What the blocks of a family compute, as far as its tensors do not show it. Each is proved against llama.cpp's own
 * logits and against finite differences.
 */
import { PlimsollError } from '../errors.ts'
import type { Rotation } from '../native/ggml.ts'
import type { TailSource } from './source.ts'

export interface Architecture {
  readonly layers: number
  readonly width: number
  readonly heads: number
  /** Heads of keys and values. */
  readonly groups: number
  /** Values of one head. */
  readonly headSize: number
  /** Added to the mean square of a norm. */
  readonly epsilon: number
  /** GELU by its approximation with tanh. */
  readonly activation: 'silu' | 'gelu'
  /** Factor on the product of query and key. */
  readonly attentionScale: number
  /** c of c·tanh(x/c); null: none. */
  readonly attentionCap: number | null
  readonly logitCap: number | null
  /** By layer. */
  readonly blocks: readonly BlockTraits[]
}

export interface BlockTraits {
  /** Tokens that a token sees, itself included; Infinity: all before it. */
  readonly window: number
  readonly rotation: Rotation
}

interface Traits {
  readonly rotation?: 'neighbours' | 'halves'
  readonly activation?: 'gelu'
  /** Of so many layers in a row all but the last look back at a window only; the metadata may say another number. */
  readonly windowPattern?: number
  /** Layers of the one size whose heads are scaled by width/heads instead of by their own size. */
  readonly scaledByWidth?: number
}

const families: ReadonlyMap<string, Traits> = new Map<string, Traits>([
  ['llama', { rotation: 'neighbours' }],
  ['qwen2', {}],
  ['qwen3', {}],
  ['gemma2', { activation: 'gelu', windowPattern: 2, scaledByWidth: 46 }],
  ['gemma3', { activation: 'gelu', windowPattern: 6, scaledByWidth: 62 }],
])

/** @throws PlimsollError `model-unsupported` for a family or a variant of it that was not proved */
export function architectureOf(source: TailSource): Architecture {
  const traits = families.get(source.architecture)
  const refuse = (found: string) =>
    new PlimsollError('model-unsupported', 'Nothing can be trained through this model', {
      found,
      expected: `one of the families ${[...families.keys()].join(', ')}, without experts`,
      where: source.file,
      fix: 'Take a method that needs no gradients, such as diffmean, or another model.',
    })
  if (traits === undefined) throw refuse(`the family ${source.architecture}`)
  if (source.tensors.some(({ name }) => name.includes('_exps.') || name.includes('gate_inp')))
    throw refuse('a mixture of experts')
  const value = (key: string) => source.metadata.get(`${source.architecture}.${key}`)
  const optional = (key: string): number | null => {
    const found = value(key)
    return typeof found === 'number' ? found : null
  }
  const number = (key: string): number => {
    const found = optional(key)
    if (found === null) throw refuse(`${source.architecture} without ${key}`)
    return found
  }
  const stretched = value('rope.scaling.type') ?? 'none'
  if (stretched !== 'none' && stretched !== 'linear')
    throw refuse(`positions stretched by ${JSON.stringify(stretched)}`)
  const [layers, width, heads] = [number('block_count'), number('embedding_length'), number('attention.head_count')]
  const headSize = optional('attention.key_length') ?? width / heads
  if ((optional('attention.value_length') ?? headSize) !== headSize) throw refuse('values of another size than keys')
  const pattern = optional('attention.sliding_window_pattern') ?? traits.windowPattern
  const window = optional('attention.sliding_window')
  const base = optional('rope.freq_base') ?? 10_000
  const factor = stretched === 'linear' ? (optional('rope.scaling.factor') ?? 1) : 1
  return {
    layers,
    width,
    heads,
    groups: optional('attention.head_count_kv') ?? heads,
    headSize,
    epsilon: number('attention.layer_norm_rms_epsilon'),
    activation: traits.activation ?? 'silu',
    attentionScale: 1 / Math.sqrt(layers === traits.scaledByWidth ? width / heads : headSize),
    attentionCap: optional('attn_logit_softcapping'),
    logitCap: optional('final_logit_softcapping'),
    blocks: Array.from({ length: layers }, (_, layer) => {
      const slides = window !== null && pattern !== undefined && layer % pattern < pattern - 1
      const rotation = {
        dimensions: optional('rope.dimension_count') ?? headSize,
        mode: traits.rotation === 'neighbours' ? 0 : 2,
      } as const
      return slides
        ? { window, rotation: { ...rotation, base: optional('rope.freq_base_swa') ?? swaBase(source, base), scale: 1 } }
        : { window: Number.POSITIVE_INFINITY, rotation: { ...rotation, base, scale: 1 / factor } }
    }),
  }
}

/** gemma3's windows turn at a base of their own, which its files leave out. */
function swaBase({ architecture }: TailSource, base: number): number {
  return architecture === 'gemma3' ? 10_000 : base
}
