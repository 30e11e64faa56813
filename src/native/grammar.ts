/**
 * llama.cpp's grammar sampler (GBNF): which tokens may follow what was written. Its answers are written into a list of
 * tokens in native memory, laid out as `llama_token_data_array` of release v0.5.0 (include/llama.h).
 */
import koffi, { type LibraryHandle } from 'koffi'
import type { Pointer } from './pointer.ts'

export interface GrammarFunctions {
  /** null where the text is no grammar, or has no rule of this name. */
  readonly newGrammar: (vocabulary: Pointer, grammar: string, root: string) => Pointer | null
  readonly freeGrammar: (grammar: Pointer) => void
  /** Logits of tokens that may not follow become −Infinity. */
  readonly applyGrammar: (grammar: Pointer, tokens: Pointer) => void
  /** Aborts the process on a token that may not follow. */
  readonly acceptToken: (grammar: Pointer, token: number) => void
}

export function grammarFunctions(llama: LibraryHandle): GrammarFunctions {
  return {
    newGrammar: llama.func('void *llama_sampler_init_grammar(void *, const char *, const char *)'),
    freeGrammar: llama.func('void llama_sampler_free(void *)'),
    applyGrammar: llama.func('void llama_sampler_apply(void *, void *)'),
    acceptToken: llama.func('void llama_sampler_accept(void *, int32_t)'),
  }
}

/** data, size, selected, sorted */
const headBytes = 32
/** id, logit, p */
const tokenBytes = 12
const tokenWords = tokenBytes / 4

/** Tokens and their logits in native memory, never freed: one for each vocabulary. */
export class TokenList {
  readonly address: Pointer
  readonly #head: BigUint64Array
  readonly #ids: Int32Array
  readonly #logits: Float32Array

  constructor(capacity: number) {
    const bytes = headBytes + capacity * tokenBytes
    this.address = koffi.address(koffi.alloc('uint8_t', bytes))
    const memory = koffi.view(this.address, bytes)
    this.#head = new BigUint64Array(memory, 0, headBytes / 8)
    this.#head.fill(0n)
    this.#head[0] = this.address + BigInt(headBytes)
    this.#ids = new Int32Array(memory, headBytes)
    this.#logits = new Float32Array(memory, headBytes)
  }

  get length(): number {
    return Number(this.#head[1])
  }

  set length(count: number) {
    this.#head[1] = BigInt(count)
  }

  token(index: number): number {
    return this.#ids[index * tokenWords]!
  }

  logit(index: number): number {
    return this.#logits[index * tokenWords + 1]!
  }

  set(index: number, token: number, logit: number): void {
    this.#ids[index * tokenWords] = token
    this.#logits[index * tokenWords + 1] = logit
  }
}
