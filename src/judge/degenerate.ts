/** Text that says nothing: empty, repeating itself, or compressible to almost nothing. */
import { deflateRawSync } from 'node:zlib'
import { wordsOf } from './sentences.ts'
import type { Judgement } from './types.ts'

/** A text that compresses to less than this share of its bytes is degenerate. */
export const COMPRESSED_SHARE = 1 / 5
/** Shorter texts than this do not compress well enough to tell: deflate has a fixed cost of some bytes. */
const COMPRESSIBLE_BYTES = 64
/** An n-gram is counted from this many words on; in fewer, half is soon filled by chance. */
const REPEATABLE_WORDS = 12
/** A thing said twice is emphasis. */
const REPEATS = 3
const LONGEST_GRAM = 64

/** Returns the reason when the answer is degenerate, else undefined. */
export function degeneracy(answer: string): Judgement | undefined {
  if (answer.trim() === '') return { class: 'degenerate', rule: 'empty', evidence: '' }
  const words = wordsOf(answer.toLowerCase())
  if (words.length === 0) return { class: 'degenerate', rule: 'no-words', evidence: answer.trim().slice(0, 40) }
  const gram = fillingGram(words)
  if (gram) return { class: 'degenerate', rule: 'repeated-n-gram', evidence: gram.slice(0, 16).join(' ') }
  const bytes = Buffer.byteLength(answer)
  if (bytes >= COMPRESSIBLE_BYTES && deflateRawSync(answer, { level: 9 }).length < bytes * COMPRESSED_SHARE)
    return { class: 'degenerate', rule: 'compressible', evidence: answer.trim().slice(0, 40) }
  return undefined
}

/** The shortest n-gram whose repetitions, counted without overlap, fill over half of the words. */
function fillingGram(words: readonly string[]): readonly string[] | undefined {
  if (words.length < REPEATABLE_WORDS) return undefined
  const longest = Math.min(LONGEST_GRAM, Math.floor(words.length / REPEATS))
  for (let n = 1; n <= longest; n += 1) {
    const seen = new Map<string, { count: number; free: number; start: number }>()
    for (let i = 0; i + n <= words.length; i += 1) {
      const key = words.slice(i, i + n).join(' ')
      const gram = seen.get(key) ?? { count: 0, free: 0, start: i }
      if (i < gram.free) continue
      gram.count += 1
      gram.free = i + n
      seen.set(key, gram)
    }
    for (const { count, start } of seen.values()) {
      if (count >= REPEATS && count * n * 2 > words.length) return words.slice(start, start + n)
    }
  }
  return undefined
}
