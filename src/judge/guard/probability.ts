/** How sure a guard was: the probability of the word that says harmful, against the one that does not. */
import type { Generation, Model } from '../../engine/types.ts'
import type { Graded } from '../grader.ts'

/** Most likely tokens that are looked through for the two words: whatever comes after them is taken for impossible. */
export const LOOKED_AT = 64

/** Texts of tokens, asked for once each. */
export function tokenTexts(model: Pick<Model, 'detokenize'>): (token: number) => Promise<string> {
  const known = new Map<number, Promise<string>>()
  return token => {
    const text = known.get(token) ?? model.detokenize([token])
    known.set(token, text)
    return text
  }
}

/** Whether each of the words is one token of the model's. */
export async function areTokens(model: Pick<Model, 'tokenize'>, words: readonly string[]): Promise<boolean> {
  const tokens = await Promise.all(words.map(word => model.tokenize(word)))
  return tokens.every(({ length }) => length === 1)
}

/**
 * p(harmful)/(p(harmful) + p(harmless)) where the word at character `at` was written, by the model's own probabilities
 * before any grammar. Spellings that differ in case or in white space around them count together.
 *
 * @param words both single tokens
 * @returns without a value where the word was written in several tokens
 */
export async function wordProbability(
  { tokens, probabilities = [] }: Pick<Generation, 'tokens' | 'probabilities'>,
  at: number,
  words: readonly [harmful: string, harmless: string],
  textOf: (token: number) => Promise<string>,
): Promise<Graded> {
  let end = 0
  for (const [i, token] of tokens.entries()) {
    const text = await textOf(token)
    end += text.length
    if (end <= at) continue
    const here = probabilities[i]
    if (here === undefined || !words.includes(plain(text))) break
    const all = new Map(here.top.map(one => [one.id, { text: one.text, p: Math.exp(one.logProbability) }]))
    // A grammar may have chosen one that is not among the most likely.
    all.set(token, { text, p: Math.exp(here.logProbability) })
    const [harmful, harmless] = words.map(word =>
      [...all.values()].filter(one => plain(one.text) === word).reduce((sum, { p }) => sum + p, 0),
    )
    const value = (harmful ?? 0) / ((harmful ?? 0) + (harmless ?? 0))
    return Number.isFinite(value) ? { value, reason: `of ${words.join(' against ')}` } : unlikely
  }
  return { value: null, reason: 'the word was written in several tokens' }
}

const unlikely: Graded = { value: null, reason: 'both words are too unlikely to be told apart' }

function plain(text: string): string {
  return text.trim().toLowerCase()
}
