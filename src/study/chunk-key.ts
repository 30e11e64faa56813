/** By what a chunk of answers is known in the store: a hash of all that decides them, so that nothing stale is served. */
import type { Model, ModelInfo, Prompt, Steering } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import type { Item } from '../measure/suites/index.ts'
import { chat } from './chat.ts'
import { hashOf } from './hash.ts'
import { fingerprintOf } from './steering.ts'

/** Raised by whoever changes how an answer comes about, so that no store serves answers of the old way. */
const ANSWERS = 2

/** What decides the last bits of anything computed: model, chat template, engine, and how we drive it. */
export interface Origin {
  readonly answers: number
  readonly model: string
  /** Hash of what else its file says: tokenizer, chat template, how positions are scaled. */
  readonly metadata: string
  readonly template: string
  /** Release, CPU variant, threads, engines, cache, device. */
  readonly engine: ModelInfo['engine']
}

export function originOf(
  { fingerprint, metadata, engine }: Pick<ModelInfo, 'fingerprint' | 'metadata' | 'engine'>,
  template: string,
): Origin {
  return { answers: ANSWERS, model: fingerprint, metadata, template, engine }
}

/** Of a job, what decides its answers. */
interface Keyed {
  readonly setting: { readonly steering: Steering; readonly system: string | null; readonly slots: number }
  readonly maxTokens: number
}

/**
 * With the template, system message and items it holds the prompts as they are rendered; with slots, number and order of
 * the items how they are decoded together. Decoding is greedy, so of the sampling only the number of tokens is left.
 */
export function chunkKey(origin: Origin, { setting, maxTokens }: Keyed, items: readonly Item[]): string {
  const { steering, system, slots } = setting
  return hashOf({ origin, steering: fingerprintOf(steering), system, slots, maxTokens, items })
}

/** Hash of what the chat template makes of requests: weights do not tell which template comes with them. */
export async function templateProbe(model: Pick<Model, 'info' | 'render'>): Promise<string> {
  if (!model.info.hasChatTemplate) return hashOf('')
  const turns = [
    { role: 'user', content: 'before' },
    { role: 'assistant', content: 'said' },
  ] as const
  // Without a system message some templates write one of their own.
  const probes = [chat('request', 'system'), chat('request', null), [...turns, ...chat('request', null)]]
  return hashOf(await Promise.all(probes.map(prompt => rendered(model, prompt))))
}

/** Null where the template refuses it, as some do a system message: that concerns only studies that have one. */
async function rendered(model: Pick<Model, 'render'>, prompt: Prompt): Promise<unknown> {
  try {
    const { text, tokens } = await model.render(prompt)
    return { text, tokens: [...tokens] }
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code !== 'template-failed') throw error
    return null
  }
}
