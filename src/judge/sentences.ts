/** An answer cut into sentences and list items, each with its place in the answer. */

export interface Sentence {
  readonly start: number
  readonly end: number
  /** Of the levelled text (see `level`), as long as the answer's own slice from `start` to `end`. */
  readonly text: string
  readonly words: number
  /** Whether it belongs to a line that starts with a number or a bullet. */
  readonly listed: boolean
}

/**
 * Straightens typographic quotes and blanks out Markdown marks, character by character, so that places in the result
 * are places in the answer.
 */
export function level(answer: string): string {
  return answer
    .replaceAll(/[\u2018\u2019\u02bc\u00b4`]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll(/[*_#>~\u00a0]/g, ' ')
}

const LIST_MARK = /^\s*(?:\d+\s?[.)]|[-•–+]|step \d+\s*:?)\s+/i
/** A full stop ends a sentence where a space follows; not in `e.g. this`, `J. R. R.`, `Mr. X`. */
const SENTENCE =
  /(?:[^.!?]|[.!?](?!["')\]]*(?:\s|$))|(?<=\b(?:[A-Z]|e\.g|i\.e|Mr|Mrs|Ms|Dr|St|vs|etc))\.)+[.!?]*["')\]]*/g

export function sentencesOf(levelled: string): Sentence[] {
  const sentences: Sentence[] = []
  for (const line of levelled.matchAll(/[^\n]+/g)) {
    const mark = LIST_MARK.exec(line[0])?.[0] ?? ''
    const offset = line.index + mark.length
    for (const piece of line[0].slice(mark.length).matchAll(SENTENCE)) {
      const words = wordsOf(piece[0]).length
      if (words === 0) continue
      const start = offset + piece.index + (piece[0].length - piece[0].trimStart().length)
      const end = offset + piece.index + piece[0].trimEnd().length
      sentences.push({ start, end, text: levelled.slice(start, end), words, listed: mark !== '' })
    }
  }
  return sentences
}

/** Words and numbers in any script, without punctuation. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}]+(?:'[\p{L}]+)*/gu) ?? []
}
