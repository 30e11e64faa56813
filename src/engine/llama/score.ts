/** What is expected of texts: log-likelihoods of continuations, of whole texts, of first tokens; how far steering moves it. */
import { PlimsollError } from '../../errors.ts'
import { type ResolvedSteering, sameOnPrefix } from '../steering.ts'
import type { Adapter, Rendered, Score } from '../types.ts'
import type { DecodeContext } from './context.ts'
import type { LoadedModel } from './model.ts'
import { pieceSize, prefill, scoredPiece } from './prefill.ts'
import { prepareSteered } from './prepare-steered.ts'
import { sharedPrefix } from './request.ts'
import type { Steered } from './steered.ts'
import { SteeringVisitor } from './steering-visitor.ts'

export interface ScoreRequest {
  readonly rendered: Rendered
  /** Empty: the prompt's own tokens are scored. */
  readonly continuation: readonly number[]
  readonly steering: ResolvedSteering | null
}

/** Log-probabilities over the vocabulary at one position. */
interface Distribution {
  readonly logits: Float32Array
  readonly logSum: number
  readonly best: number
}

/**
 * Requests are computed one after the other in one sequence that is rewound to what two neighbours share, so a
 * question with four choices is read once. A model that cannot go back keeps a copy of it as it was after the prompt.
 */
export function score(
  model: LoadedModel,
  requests: readonly ScoreRequest[],
  adapters: readonly Adapter[],
  onDone: (index: number, score: Score) => void,
): void {
  const reader = new PrefixReader(model, requests, adapters)
  for (const [index, request] of requests.entries()) onDone(index, reader.score(request))
}

/** Log-probabilities of given tokens as the first of the answer, one prompt after the other. */
export function firstToken(
  model: LoadedModel,
  requests: readonly ScoreRequest[],
  tokens: readonly number[],
  adapters: readonly Adapter[],
  onDone: (index: number, logProbabilities: Float64Array) => void,
): void {
  const reader = new PrefixReader(model, requests, adapters)
  for (const [index, request] of requests.entries()) {
    const after = reader.after(request)
    onDone(
      index,
      Float64Array.from(tokens, token => logProbability(after, token)),
    )
  }
}

export interface DivergenceRequest {
  readonly rendered: Rendered
  readonly continuation: readonly number[]
  readonly steerings: readonly (ResolvedSteering | null)[]
}

/**
 * KL(unsteered ‖ steered) before every scored token, under each steering in turn. Unsteered logits are kept to be compared
 * with: no more of them than llama.cpp holds itself, so that a longer text is read anew for each of its parts.
 */
export function divergence(
  model: LoadedModel,
  requests: readonly DivergenceRequest[],
  adapters: readonly Adapter[],
  onDone: (index: number, steering: number, divergences: Float64Array) => void,
): void {
  const reader = new PrefixReader(model, requests, adapters)
  for (const [index, { rendered, continuation, steerings }] of requests.entries()) {
    const text = { rendered, continuation }
    const tokens = continuation.length === 0 ? rendered.tokens.length - 1 : continuation.length
    const found = steerings.map(() => new Float64Array(tokens))
    for (let from = 0; from < tokens; from += scoredPiece) {
      const plain: Distribution[] = []
      reader.eachToken({ ...text, steering: null }, (expected, _token, i) => {
        if (i >= from && i < from + scoredPiece) plain.push({ ...expected, logits: expected.logits.slice() })
      })
      for (const [k, steering] of steerings.entries()) {
        reader.eachToken({ ...text, steering }, (expected, _token, i) => {
          const before = plain[i - from]
          if (before !== undefined) found[k]![i] = klOf(before, expected)
        })
      }
    }
    for (const [k, divergences] of found.entries()) onDone(index, k, divergences)
  }
}

/** The sequence that is computed in, and the one that holds the copy. */
const [working, kept] = [0, 1]

/** Told of each scored token in order, counted from 0. */
type See = (expected: Distribution, token: number, index: number) => void

class PrefixReader {
  readonly #context: DecodeContext
  readonly #rewinds: boolean
  readonly #visitor: SteeringVisitor
  #cached: readonly number[] = []
  #steering: ResolvedSteering | null = null
  #steered: Steered | null = null
  /** What follows the cached tokens, where it was computed. */
  #next: Distribution | null = null

  constructor(
    model: LoadedModel,
    requests: readonly Pick<ScoreRequest, 'rendered' | 'continuation'>[],
    adapters: readonly Adapter[],
  ) {
    const lengths = requests.map(request => request.rendered.tokens.length + request.continuation.length)
    this.#rewinds = model.rewinds
    const sequences = model.rewinds ? 1 : 2
    this.#context = model.context({ sequences, cells: Math.max(1, ...lengths), outputs: scoredPiece }, adapters)
    this.#visitor = new SteeringVisitor()
    this.#context.visitor = this.#visitor
  }

  /** Distribution after the last token of a prompt. */
  after(request: ScoreRequest): Distribution {
    const { tokens } = request.rendered
    const shared = this.#rewind(request)
    if (shared === tokens.length && this.#next !== null) return this.#next
    // A distribution that was not kept is computed again from the last token.
    const from = Math.min(shared, tokens.length - 1)
    this.#context.truncate(working, from)
    prefill(this.#context, working, tokens, from, 'last')
    this.#check()
    this.#cached = tokens
    if (!this.#rewinds) this.#context.copy(working, kept)
    this.#next = distribution(this.#context.logits(0), 'keep')
    return this.#next
  }

  score(request: ScoreRequest): Score {
    let logLikelihood = 0
    let tokens = 0
    let greedy = true
    this.eachToken(request, (expected, token) => {
      logLikelihood += logProbability(expected, token)
      greedy &&= expected.best === token
      tokens++
    })
    return { logLikelihood, tokens, greedy }
  }

  /** What is expected before each scored token, and that token; the logits may be a view that the next one overwrites. */
  eachToken(request: ScoreRequest, see: See): void {
    if (request.continuation.length === 0) this.#ownTokens(request, see)
    else this.#continuation(request, see)
  }

  #continuation(request: ScoreRequest, see: See): void {
    const { continuation } = request
    const { tokens } = request.rendered
    see(this.after(request), continuation[0]!, 0)
    if (continuation.length === 1) return
    const all = [...tokens, ...continuation]
    for (const token of continuation) this.#steered?.generated.push(token)
    prefill(this.#context, working, all.slice(0, -1), tokens.length, 'all', (start, end) => {
      for (let position = start; position < end; position++) {
        const expected = distribution(this.#context.logits(position - start), 'view')
        see(expected, all[position + 1]!, position + 1 - tokens.length)
      }
    })
    this.#check()
    if (this.#rewinds) this.#context.truncate(working, tokens.length)
    else this.#context.copy(kept, working)
  }

  #ownTokens(request: ScoreRequest, see: See): void {
    const { tokens } = request.rendered
    this.#restart(request, 'all')
    prefill(this.#context, working, tokens, 0, 'all', (start, end) => {
      for (let position = start; position < Math.min(end, tokens.length - 1); position++) {
        see(distribution(this.#context.logits(position - start), 'view'), tokens[position + 1]!, position)
      }
    })
    this.#check()
    this.#forget()
  }

  /** Keeps what the new prompt shares with the cached one and says how many tokens that is. */
  #rewind(request: ScoreRequest): number {
    const shared = sharedPrefix(this.#cached, request.rendered.tokens)
    const goesOn = this.#rewinds || (shared === this.#cached.length && this.#next !== null)
    if (shared === 0 || !goesOn || !sameOnPrefix(this.#steering, request.steering, shared)) {
      this.#restart(request)
      return 0
    }
    if (shared < this.#cached.length) {
      this.#context.truncate(working, shared)
      this.#cached = this.#cached.slice(0, shared)
      this.#next = null
    }
    this.#occupy(request)
    return shared
  }

  #restart(request: ScoreRequest, outputs: 'last' | 'all' = 'last'): void {
    this.#forget()
    this.#occupy(request, outputs)
  }

  #forget(): void {
    this.#context.truncate(working, -1)
    this.#cached = []
    this.#next = null
  }

  #check(): void {
    if (this.#steered?.failure) throw this.#steered.failure
  }

  /** @param outputs with which the prompt is computed then */
  #occupy({ rendered, steering }: ScoreRequest, outputs: 'last' | 'all' = 'last'): void {
    const piece = pieceSize(this.#context, outputs)
    this.#steering = steering
    this.#steered = prepareSteered(this.#context, this.#visitor, working, rendered, steering, piece)
  }
}

function distribution(logits: Float32Array, mode: 'keep' | 'view'): Distribution {
  let best = 0
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i
  const highest = logits[best]!
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - highest)
  const logSum = highest + Math.log(sum)
  if (!Number.isFinite(logSum)) {
    throw new PlimsollError('edit-failed', 'The logits of a scored prompt are not numbers', {
      found: String(logSum),
      fix: 'Lower the strength; the states were pushed beyond what the model can compute with.',
    })
  }
  return { logits: mode === 'keep' ? logits.slice() : logits, logSum, best }
}

function logProbability(distribution: Distribution, token: number): number {
  return distribution.logits[token]! - distribution.logSum
}

/** Σ p (ln p − ln q); rounding can leave a little less than the 0 it is at least. */
function klOf(p: Distribution, q: Distribution): number {
  let sum = 0
  for (let token = 0; token < p.logits.length; token++) {
    const logP = logProbability(p, token)
    const probability = Math.exp(logP)
    if (probability > 0) sum += probability * (logP - logProbability(q, token))
  }
  return Math.max(0, sum)
}
