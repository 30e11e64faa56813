/** One answer while it is written: which token follows, what text that makes, and when it ends. */
import { PlimsollError } from '../../../errors.ts'
import { ownLogProbabilities } from '../../sampling/probabilities.ts'
import { type Choice, Sampler } from '../../sampling/sampler.ts'
import type { Generation, Token, TokenProbability, Trace } from '../../types.ts'
import { sharedTrace } from '../shared-vector.ts'
import type { Steered } from '../steered.ts'
import { AnswerText } from '../text.ts'
import type { TraceRecorder } from '../trace.ts'
import type { Vocabulary } from '../vocabulary.ts'
import type { GenerateRequest, Listener } from './request.ts'

export class Answer {
  readonly request: GenerateRequest
  /** What is written so far. */
  readonly tokens: number[] = []
  /** Set anew whenever the answer is read into a sequence. */
  steered: Steered | null = null
  readonly #vocabulary: Vocabulary
  readonly #listener: Listener
  readonly #text: AnswerText
  readonly #probabilities: TokenProbability[] = []
  #firstTokens: Float64Array | null = null
  #sampler: Sampler | null = null
  #computed = 0
  #counted: TraceRecorder | null = null
  #started = false
  #ended = false
  #failed = false

  constructor(vocabulary: Vocabulary, request: GenerateRequest, listener: Listener) {
    this.request = request
    this.#vocabulary = vocabulary
    this.#listener = listener
    this.#text = new AnswerText(vocabulary, request.stop)
  }

  get ended(): boolean {
    return this.#ended
  }

  get failed(): boolean {
    return this.#failed
  }

  /** Position of the token chosen last, which is to be computed next. */
  get position(): number {
    return this.request.rendered.tokens.length + this.tokens.length - 1
  }

  /** Begun before: it was read, then gave its sequence up. */
  get resumes(): boolean {
    return this.tokens.length > 0
  }

  /** What has to be in its sequence before it can go on: its last token, if it has any, is for the next step. */
  get unread(): readonly number[] {
    const { tokens } = this.request.rendered
    return this.resumes ? [...tokens, ...this.tokens.slice(0, -1)] : tokens
  }

  /** It was read to the end. What was counted before is not counted again. */
  wasRead(): void {
    if (this.steered === null) return
    if (this.#counted === null) this.#counted = this.steered.trace
    else this.steered = { ...this.steered, trace: this.#counted }
  }

  /** Said once, before anything of it is computed. */
  start(): void {
    if (!this.#started) this.#listener.started(this.request.index)
    this.#started = true
  }

  /** Chooses the next token. The answer may end with it, or fail. */
  choose(logits: Float32Array): void {
    if (this.#ended) return
    this.#computed = this.request.rendered.tokens.length + this.tokens.length
    const { firstTokens } = this.request
    if (firstTokens !== null) this.#firstTokens ??= ownLogProbabilities(logits, firstTokens)
    const choice = this.#choice(logits)
    if (choice instanceof PlimsollError) this.fail(choice)
    else if (this.#vocabulary.isEndOfGeneration(choice.token)) this.#finish('stop')
    else this.#accept(choice)
  }

  fail(error: PlimsollError): void {
    this.#failed = true
    this.#end({ finish: 'failed', error })
  }

  /** Nothing more comes of it, and nobody is told. */
  [Symbol.dispose](): void {
    this.#ended = true
    this.#sampler?.[Symbol.dispose]()
    this.#sampler = null
  }

  #trace(): Trace | undefined {
    const { rendered, shared } = this.request
    const [prompt, answer] = [rendered.tokens.length, this.tokens.length]
    if (shared !== null) return sharedTrace(shared, prompt, answer, this.#computed)
    return (this.#counted ?? this.steered?.trace)?.finish(prompt, answer)
  }

  #choice(logits: Float32Array): Choice | PlimsollError {
    if (this.steered?.failure) return this.steered.failure
    const { rendered, sampling, index } = this.request
    try {
      this.#sampler ??= new Sampler(sampling, {
        promptTokens: rendered.tokens,
        index,
        text: token => this.#vocabulary.detokenize([token]),
        grammar: text => this.#vocabulary.grammar(text),
      })
      return this.#sampler.choose(logits)
    } catch (error) {
      if (error instanceof PlimsollError) return error
      // A defect of ours; still only this answer's, and not everybody's whose answers are written beside it.
      return new PlimsollError('internal', 'The next token of an answer could not be chosen', {
        found: error instanceof Error ? error.message : String(error),
        fix: 'Please report this with the sampling settings of the request.',
        cause: error,
      })
    }
  }

  #accept({ token, probability }: Choice): void {
    this.tokens.push(token)
    if (probability !== undefined) this.#probabilities.push(probability)
    this.#sampler?.accept(token)
    this.steered?.generated.push(token)
    const stopped = this.#text.push(token)
    const full = this.tokens.length >= this.request.maxTokens
    this.#tell({ id: token, text: this.#text.take(stopped || full), ...(probability && { probability }) })
    if (stopped) this.#finish('stop')
    else if (full) this.#finish('length')
  }

  #finish(finish: 'stop' | 'length'): void {
    const rest = this.#text.take(true)
    if (rest !== '') this.#tell({ id: this.tokens.at(-1) ?? -1, text: rest })
    this.#end({ finish })
  }

  #tell(token: Token): void {
    this.#listener.token(this.request.index, token)
  }

  #end(how: Pick<Generation, 'finish' | 'error'>): void {
    const { rendered, index, sampling } = this.request
    const trace = this.#trace()
    this[Symbol.dispose]()
    this.#listener.done(index, {
      text: this.#text.whole,
      tokens: this.tokens,
      ...how,
      ...(sampling.logProbabilities === undefined ? {} : { probabilities: this.#probabilities }),
      ...(this.#firstTokens === null ? {} : { firstTokens: this.#firstTokens }),
      rendered: rendered.text,
      promptTokens: rendered.tokens.length,
      ...(trace === undefined ? {} : { trace }),
    })
  }
}
