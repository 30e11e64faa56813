/** By what a chunk of answers is known in the store: a hash of all that decides them, so that nothing stale is served. */
import type { Model, ModelInfo, Steering } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import type { Item } from '../measure/suites/index.ts'
import { chat } from './chat.ts'
import { hashOf } from './hash.ts'
import { fingerprintOf } from './steering.ts'

/** Raised by whoever changes how an answer comes about, so that no store serves answers of the old way. */
const ANSWERS = 1

/** What decides the last bits of anything computed: model, chat template, engine, and how we drive it. */
export interface Origin {
  readonly answers: number
  readonly model: string
  readonly template: string
  /** Release, CPU variant, threads, engines, cache, device. */
  readonly engine: ModelInfo['engine']
}

export function originOf({ fingerprint, engine }: Pick<ModelInfo, 'fingerprint' | 'engine'>, template: string): Origin {
  return { answers: ANSWERS, model: fingerprint, template, engine }
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

/** Hash of what the chat template makes of a request: weights do not tell which template comes with them. */
export async function templateProbe(model: Pick<Model, 'info' | 'render'>): Promise<string> {
  return hashOf(await probe(model))
}

async function probe(model: Pick<Model, 'info' | 'render'>): Promise<string> {
  if (!model.info.hasChatTemplate) return ''
  try {
    return (await model.render(chat('request', 'system'))).text
  } catch (error) {
    // Some templates refuse a system message; that concerns only studies that have one.
    if (!(error instanceof PlimsollError) || error.code !== 'template-failed') throw error
    return (await model.render(chat('request', null))).text
  }
}
