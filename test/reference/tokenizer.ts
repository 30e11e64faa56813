/** Byte-level byte-pair encoding as GPT-2 has it (Sennrich et al. 2016, arXiv 1508.07909; Radford et al. 2019). */
import { byteCharacters } from '../support/byte-characters.ts'
import type { Metadata } from './file.ts'

const CONTROL = 3
/** How GPT-2 cuts a text before merging; merges never cross a cut. */
const WORD = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

export interface Tokenizer {
  /** `parse`: text such as `<s>` becomes the special token; `plain`: it is text like any other. */
  encode(text: string, special: 'parse' | 'plain'): number[]
  bytes(token: number): Uint8Array
  isControl(token: number): boolean
}

export function createTokenizer(metadata: Metadata): Tokenizer {
  const pieces = metadata['tokenizer.ggml.tokens']
  const types = metadata['tokenizer.ggml.token_type']
  const ids = new Map(pieces.map((piece, id) => [piece, id]))
  const ranks = new Map(metadata['tokenizer.ggml.merges'].map((merge, rank) => [merge, rank]))
  const characters = byteCharacters()
  const byteOf = new Map(characters.map((character, byte) => [character, byte]))
  const isControl = (token: number) => types[token] === CONTROL
  const specials = new RegExp(
    `(${pieces
      .filter((_, id) => isControl(id))
      .map(special => special.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('|')})`,
  )

  function encodeWord(word: string): number[] {
    let parts = Array.from(Buffer.from(word), byte => characters[byte]!)
    for (;;) {
      const rank = (at: number) => ranks.get(`${parts[at]} ${parts[at + 1]}`) ?? Number.POSITIVE_INFINITY
      let best = 0
      for (let at = 1; at < parts.length - 1; at++) if (rank(at) < rank(best)) best = at
      if (parts.length < 2 || rank(best) === Number.POSITIVE_INFINITY) return parts.map(part => ids.get(part)!)
      parts = [...parts.slice(0, best), parts[best]! + parts[best + 1]!, ...parts.slice(best + 2)]
    }
  }
  const encodePlain = (text: string) => (text.match(WORD) ?? []).flatMap(encodeWord)

  return {
    encode(text, special) {
      if (special === 'plain') return encodePlain(text)
      // A split on a capturing group puts the specials at the odd places.
      return text.split(specials).flatMap((part, i) => (i % 2 === 1 ? [ids.get(part)!] : encodePlain(part)))
    },
    bytes(token) {
      const piece = pieces[token]
      if (piece === undefined) return new Uint8Array()
      return isControl(token) ? Buffer.from(piece) : Uint8Array.from(piece, character => byteOf.get(character)!)
    },
    isControl,
  }
}
