/** A conversation with a model, and what steers it. */
import type { Message, Model, Steering } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { Vector } from '../../steer/index.ts'

export interface Steered {
  readonly name: string
  readonly vector: Vector
}

export interface Asking {
  readonly maxTokens: number
  readonly temperature: number
  readonly seed: number
  readonly signal: AbortSignal
}

/** Each answer is the steered one where there is a vector; what was said before it was said steered, too. */
export class Conversation {
  readonly #model: Model
  #said: readonly Message[] = []
  system: string | null
  steered: Steered | null = null
  strength: number
  /** Whether the unsteered answer to the same conversation is shown as well. */
  beside = false
  /** Tokens at which the last answer was cut; null where the model ended it. */
  cutAt: number | null = null

  constructor(model: Model, system: string | null, strength: number) {
    this.#model = model
    this.system = system
    this.strength = strength
  }

  get isSteered(): boolean {
    return this.steered !== null && this.strength !== 0
  }

  get isNew(): boolean {
    return this.#said.length === 0
  }

  forget(): void {
    this.#said = []
  }

  /** The answer that goes into the conversation, token by token. One that was cut short by a failure does not. */
  async *answer(text: string, asking: Asking): AsyncGenerator<string> {
    const asked = [...this.#said, { role: 'user', content: text } as const]
    let answer = ''
    for await (const piece of this.#stream(asked, this.#steering(), asking)) {
      answer += piece
      yield piece
    }
    this.#said = [...asked, { role: 'assistant', content: answer }]
  }

  /** What the unsteered model says to the same; the conversation does not go on from it. */
  baseline(text: string, asking: Asking): AsyncGenerator<string> {
    return this.#stream([...this.#said, { role: 'user', content: text }], [], asking)
  }

  #steering(): Steering {
    const { steered, strength } = this
    return steered === null || strength === 0 ? [] : [{ vector: steered.vector, strength }]
  }

  async *#stream(messages: readonly Message[], steering: Steering, asking: Asking): AsyncGenerator<string> {
    const { maxTokens, temperature, seed, signal } = asking
    const system = this.system === null ? [] : [{ role: 'system', content: this.system } as const]
    const prompt = [...system, ...messages]
    const room = await this.#roomAfter(prompt)
    const most = Math.min(maxTokens, room)
    const options = { steering, maxTokens: most, signal, sampling: { temperature, seed } }
    let tokens = 0
    this.cutAt = null
    for await (const { text } of this.#model.stream(prompt, options)) {
      tokens += 1
      yield text
    }
    if (tokens >= most) this.cutAt = most
  }

  /** Tokens that an answer may have. @throws PlimsollError `prompt-too-long` where that is none */
  async #roomAfter(prompt: readonly Message[]): Promise<number> {
    const { contextLength } = this.#model.info
    const { tokens } = await this.#model.render(prompt)
    if (tokens.length < contextLength) return contextLength - tokens.length
    throw new PlimsollError('prompt-too-long', 'The conversation fills the model’s context', {
      found: `${tokens.length} tokens`,
      expected: `fewer than ${contextLength}, so that there is room for an answer`,
      fix: '/new begins anew.',
    })
  }
}
