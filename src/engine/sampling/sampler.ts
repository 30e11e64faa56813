/** Chooses the next token of one answer. */
import { PlimsollError } from '../../errors.ts'
import type { Sampling, TokenProbability } from './types.ts'

export interface Choice {
  readonly token: number
  /** Where log-probabilities were asked for. */
  readonly probability?: TokenProbability
}

/** One answer's: keeps what depends on the tokens so far. */
export interface Sampler extends Disposable {
  /**
   * @param logits one value per token; may be changed
   * @throws PlimsollError `edit-failed` where nothing can be chosen
   */
  choose(logits: Float32Array): Choice
  /** Told every chosen token that became part of the answer. */
  accept(token: number): void
}

export interface SamplerSetting {
  readonly promptTokens: readonly number[]
  /** Of the request in its call: draws from `seed + index`. */
  readonly index: number
}

/** @throws PlimsollError `invalid-input` */
export function createSampler(_sampling: Sampling, setting: SamplerSetting): Sampler {
  return {
    choose: logits => ({ token: mostLikely(logits, setting.index) }),
    accept() {},
    [Symbol.dispose]() {},
  }
}

function mostLikely(logits: Float32Array, index: number): number {
  let best = -1
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logits.length; i++) {
    const value = logits[i]!
    if (value > highest) {
      highest = value
      best = i
    }
  }
  if (best >= 0) return best
  throw new PlimsollError('edit-failed', `The logits of request ${index} are not numbers`, {
    found: 'NaN for every token',
    fix: 'Lower the strength; the states were pushed beyond what the model can compute with.',
  })
}
