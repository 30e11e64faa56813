/** Short answers to questions: how they are compared, and where a text names one. */
import { contentWords } from './text.ts'

/** Articles, which SQuAD's evaluation leaves out. */
const articles = new Set(['a', 'an', 'the'])

/**
 * An answer as SQuAD's evaluation compares it (Rajpurkar et al. 2016, arXiv 1606.05250): lower case, without ASCII
 * punctuation, without articles, runs of space as one. Idempotent.
 */
export function squadNormalise(text: string): string {
  return squadWords(text).join(' ')
}

function squadWords(text: string): string[] {
  return wordsOf(text.toLowerCase().replace(punctuation, ''))
}

/** What Python calls punctuation: the ASCII signs. */
const punctuation = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g

function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter(word => word !== '' && !articles.has(word))
}

/** Where one of the names stands in a text, in words: from `start` up to but not including `end`. */
export interface Mention {
  readonly name: string
  readonly start: number
  readonly end: number
}

/**
 * Every place at which a text names one of the answers, in whole normalised words. Signs between words part them
 * (`Paris/London` names both), signs within initials do not (`U.S.` is `us`).
 */
export function mentionsOf(text: string, names: readonly string[]): Mention[] {
  const words = answerWords(text)
  return names.flatMap(name => {
    const wanted = answerWords(name)
    if (wanted.length === 0) return []
    return words.flatMap((_, start) =>
      wanted.every((word, i) => words[start + i] === word) ? [{ name, start, end: start + wanted.length }] : [],
    )
  })
}

/** Whether a text names one of the answers. */
export function names(text: string, answers: readonly string[]): boolean {
  return mentionsOf(text, answers).length > 0
}

/** Whether a name has a word of its own: `it` and `U.S.`, which is found in *us*, would be found in any text. */
export function isTelling(name: string): boolean {
  return contentWords(answerWords(name).join(' ')).size > 0
}

/** Marks are folded, so that `José` is found as `Jose`: models differ in how they write names. */
function answerWords(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  const joined = plain.replace(/(?<=\p{L})['’](?=\p{L})/gu, '').replace(/(?<=\b\p{L})\.(?=\p{L}\b)/gu, '')
  return wordsOf(joined.replace(/(?<=\d),(?=\d{3})/g, '').replace(/[^\p{L}\p{N}]+/gu, ' '))
}
