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
export function degeneracy(answer: string): Judgement<'degenerate'> | undefined {
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
  const longest = repeatsPairs(words) ? Math.min(LONGEST_GRAM, Math.floor(words.length / REPEATS)) : 1
  for (let n = 1; n <= longest; n += 1) {
    for (const { count, start } of countGrams(words, n).values()) {
      if (count >= REPEATS && count * n * 2 > words.length) return words.slice(start, start + n)
    }
  }
  return undefined
}

/**
 * Whether a longer n-gram can fill half: c repetitions of n > 1 words hold c·(n − 1) ≥ c·n/2 pairs that are repeated as
 * often, over a quarter of all. Spares most answers the search.
 */
function repeatsPairs(words: readonly string[]): boolean {
  const counts = new Map<string, number>()
  const pairs = words.slice(1).map((word, i) => `${words[i]} ${word}`)
  for (const pair of pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1)
  return pairs.filter(pair => (counts.get(pair) ?? 0) >= REPEATS).length * 4 > words.length
}

function countGrams(words: readonly string[], n: number): Map<string, { count: number; free: number; start: number }> {
  const seen = new Map<string, { count: number; free: number; start: number }>()
  for (let i = 0; i + n <= words.length; i += 1) {
    const key = words.slice(i, i + n).join(' ')
    const gram = seen.get(key) ?? { count: 0, free: 0, start: i }
    if (i < gram.free) continue
    gram.count += 1
    gram.free = i + n
    seen.set(key, gram)
  }
  return seen
}
