/** Text to tokens and back, through the model's own tokenizer. */
import { TokenList } from '../../native/grammar.ts'
import type { Llama, Pointer } from '../../native/llama.ts'
import type { Grammar } from '../sampling/grammar.ts'
import { LlamaGrammar } from './grammar.ts'

export class Vocabulary {
  readonly #llama: Llama
  readonly #vocabulary: Pointer
  readonly size: number
  readonly bos: number
  readonly eos: number
  readonly addsBos: boolean
  readonly #encoder = new TextEncoder()
  #pieceBuffer = new Uint8Array(256)
  readonly #pieces = new Map<number, Uint8Array>()
  /** What grammars write into. */
  #tokens: TokenList | null = null

  constructor(llama: Llama, model: Pointer) {
    this.#llama = llama
    this.#vocabulary = llama.vocabulary(model)
    this.size = llama.vocabularySize(this.#vocabulary)
    this.bos = llama.bos(this.#vocabulary)
    this.eos = llama.eos(this.#vocabulary)
    this.addsBos = llama.addsBos(this.#vocabulary)
  }

  /** `addSpecial` puts the beginning-of-sequence token in front where the model wants one. */
  tokenize(text: string, options: { addSpecial: boolean; parseSpecial: boolean }): number[] {
    const bytes = this.#encoder.encode(text)
    let tokens = new Int32Array(bytes.length + 8)
    const call = () =>
      this.#llama.tokenize(
        this.#vocabulary,
        bytes,
        bytes.length,
        tokens,
        tokens.length,
        options.addSpecial,
        options.parseSpecial,
      )
    let count = call()
    if (count < 0) {
      tokens = new Int32Array(-count)
      count = call()
    }
    return Array.from(tokens.subarray(0, count))
  }

  /** Bytes of one token; none for control tokens unless `special`. */
  piece(token: number, special: 'show' | 'hide' = 'hide'): Uint8Array {
    const known = special === 'hide' ? this.#pieces.get(token) : undefined
    if (known !== undefined) return known
    const call = () =>
      this.#llama.piece(this.#vocabulary, token, this.#pieceBuffer, this.#pieceBuffer.length, 0, special === 'show')
    let length = call()
    if (length < 0) {
      this.#pieceBuffer = new Uint8Array(-length)
      length = call()
    }
    const bytes = this.#pieceBuffer.slice(0, length)
    if (special === 'hide') this.#pieces.set(token, bytes)
    return bytes
  }

  /** Text of tokens with control tokens shown. */
  detokenize(tokens: readonly number[]): string {
    return Buffer.concat(tokens.map(token => this.piece(token, 'show'))).toString('utf8')
  }

  isEndOfGeneration(token: number): boolean {
    return this.#llama.isEndOfGeneration(this.#vocabulary, token)
  }

  /** GBNF, for one answer. @throws PlimsollError `invalid-input` */
  grammar(text: string): Grammar {
    this.#tokens ??= new TokenList(this.size)
    return new LlamaGrammar(this.#llama, this.#vocabulary, text, this.#tokens)
  }

  /** Text of one special token, empty where the model has none. */
  special(token: number): string {
    return token < 0 ? '' : new TextDecoder().decode(this.piece(token, 'show'))
  }
}
