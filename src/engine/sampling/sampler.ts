/**
 * Chooses the next token of one answer, from its logits, in this order: bias, repetition penalty, grammar, then the most
 * likely token, or cuts, temperature and a draw.
 */
import { PlimsollError } from '../../errors.ts'
import { createRandom, type Random } from '../../random.ts'
import { addBias, penalise, Recent } from './adjust.ts'
import { candidatesOf, draw } from './candidates.ts'
import type { Grammar } from './grammar.ts'
import { mostLikely } from './likeliest.ts'
import { LogProbabilities } from './probabilities.ts'
import type { Sampling, TokenProbability } from './types.ts'

export interface Choice {
  readonly token: number
  /** Where log-probabilities were asked for. */
  readonly probability?: TokenProbability
}

export interface SamplerSetting {
  readonly promptTokens: readonly number[]
  /** Of the request in its call: draws from `seed + index`. */
  readonly index: number
  /** What a token reads. */
  readonly text: (token: number) => string
  /** @throws PlimsollError `invalid-input` where the text is no grammar */
  readonly grammar: (text: string) => Grammar
}

const defaultWindow = 64

/** One answer's: keeps what depends on the tokens so far. */
export class Sampler implements Disposable {
  readonly #sampling: Sampling
  readonly #setting: SamplerSetting
  readonly #random: Random
  readonly #recent: Recent
  readonly #grammar: Grammar | null

  /** @throws PlimsollError `invalid-input` where its grammar is none */
  constructor(sampling: Sampling, setting: SamplerSetting) {
    const { seed = 0, repetitionWindow = defaultWindow, grammar } = sampling
    this.#sampling = sampling
    this.#setting = setting
    this.#random = createRandom(seed + setting.index, 'sampling')
    this.#recent = new Recent(setting.promptTokens, repetitionWindow)
    this.#grammar = grammar === undefined ? null : setting.grammar(grammar)
  }

  /**
   * @param logits one value per token; may be changed
   * @throws PlimsollError `edit-failed` where they are not numbers, `invalid-input` where no token is allowed
   */
  choose(logits: Float32Array): Choice {
    const { logitBias, repetitionPenalty = 1, logProbabilities, temperature = 0 } = this.#sampling
    const best = this.#checked(logits)
    const own = logProbabilities === undefined ? null : new LogProbabilities(logits, best, logProbabilities)
    if (logitBias !== undefined) addBias(logits, logitBias)
    if (repetitionPenalty !== 1) penalise(logits, this.#recent.distinct, repetitionPenalty)
    const changed = logitBias !== undefined || repetitionPenalty !== 1
    const token = temperature === 0 ? this.#greedy(logits, changed ? mostLikely(logits) : best) : this.#drawn(logits)
    return own === null ? { token } : { token, probability: own.of(token, this.#setting.text) }
  }

  /** Told every chosen token that became part of the answer. */
  accept(token: number): void {
    this.#recent.add(token)
    this.#grammar?.accept(token)
  }

  [Symbol.dispose](): void {
    this.#grammar?.[Symbol.dispose]()
  }

  /** Most of the time the grammar allows what the model wants: the others are only looked at when it does not. */
  #greedy(logits: Float32Array, best: number): number {
    if (this.#grammar === null || (best >= 0 && this.#grammar.allows(best))) return this.#allowed(best)
    this.#grammar.mask(logits)
    return this.#allowed(mostLikely(logits))
  }

  #drawn(logits: Float32Array): number {
    this.#grammar?.mask(logits)
    const best = this.#allowed(mostLikely(logits))
    return draw(candidatesOf(logits, best, this.#sampling), this.#random.next())
  }

  #allowed(token: number): number {
    if (token >= 0) return token
    throw new PlimsollError('invalid-input', `No token can follow in the answer of request ${this.#setting.index}`, {
      found:
        this.#grammar === null
          ? 'a logit bias that forbids every token'
          : 'a grammar that no token of the model continues',
      expected: 'at least one token that is allowed',
      fix: 'Allow more: check the grammar, and the tokens that the bias forbids.',
    })
  }

  /** The most likely token of logits that are all numbers. */
  #checked(logits: Float32Array): number {
    let best = -1
    let highest = Number.NEGATIVE_INFINITY
    for (let token = 0; token < logits.length; token++) {
      const logit = logits[token]!
      // False for a number that is not above the highest: the rare branch finds what is not a number too.
      if (logit <= highest) continue
      if (!(logit < Number.POSITIVE_INFINITY)) throw notNumbers(this.#setting.index, token, logit)
      highest = logit
      best = token
    }
    if (best < 0) throw notNumbers(this.#setting.index, 0, logits[0] ?? Number.NaN)
    return best
  }
}

function notNumbers(index: number, token: number, logit: number): PlimsollError {
  return new PlimsollError('edit-failed', `The logits of request ${index} are not numbers`, {
    found: `${logit} for token ${token}`,
    fix: 'Lower the strength; the states were pushed beyond what the model can compute with.',
  })
}
