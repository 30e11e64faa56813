import { PlimsollError } from '../../errors.ts'
import type { TokenList } from '../../native/grammar.ts'
import type { Llama, Pointer } from '../../native/llama.ts'
import type { Grammar } from '../sampling/grammar.ts'

/** The rule that an answer has to match. */
const root = 'root'
/** As much of a grammar as an error shows. */
const shown = 200

/** A GBNF grammar as llama.cpp reads it. */
export class LlamaGrammar implements Grammar {
  readonly #llama: Llama
  readonly #pointer: Pointer
  readonly #tokens: TokenList

  /** @throws PlimsollError `invalid-input` */
  constructor(llama: Llama, vocabulary: Pointer, text: string, tokens: TokenList) {
    this.#llama = llama
    this.#tokens = tokens
    llama.complaints.length = 0
    const pointer = llama.newGrammar(vocabulary, text, root)
    if (pointer === null) throw notAGrammar(text, llama.complaints.at(-1))
    this.#pointer = pointer
  }

  allows(token: number): boolean {
    this.#tokens.length = 1
    this.#tokens.set(0, token, 0)
    this.#llama.applyGrammar(this.#pointer, this.#tokens.address)
    return this.#tokens.logit(0) === 0
  }

  mask(logits: Float32Array): void {
    let count = 0
    for (let token = 0; token < logits.length; token++) {
      if (logits[token] !== Number.NEGATIVE_INFINITY) this.#tokens.set(count++, token, 0)
    }
    this.#tokens.length = count
    this.#llama.applyGrammar(this.#pointer, this.#tokens.address)
    for (let i = 0; i < count; i++) {
      if (this.#tokens.logit(i) !== 0) logits[this.#tokens.token(i)] = Number.NEGATIVE_INFINITY
    }
  }

  accept(token: number): void {
    this.#llama.acceptToken(this.#pointer, token)
  }

  [Symbol.dispose](): void {
    this.#llama.freeGrammar(this.#pointer)
  }
}

function notAGrammar(text: string, complaint: string | undefined): PlimsollError {
  return new PlimsollError('invalid-input', 'llama.cpp cannot read the grammar', {
    found: `${complaint ?? 'no message'}, in: ${text.length > shown ? `${text.slice(0, shown)} …` : text}`,
    expected: `GBNF with a rule named ${root}`,
    fix: `Write rules such as: ${root} ::= "yes" | "no"`,
  })
}
