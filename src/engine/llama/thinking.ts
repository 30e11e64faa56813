/** How a model marks its thinking, found in its chat template and its vocabulary. */
import { thinkingMarks } from '../parts.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface ModelThinking {
  readonly text: readonly [open: string, close: string]
  /** The ways in which each mark may be spelled in tokens. */
  readonly open: readonly (readonly number[])[]
  readonly close: readonly (readonly number[])[]
}

/** null for a model that has no marks which are known. */
export function findThinking(template: string | null, vocabulary: Vocabulary): ModelThinking | null {
  const tokens = (text: string) => vocabulary.tokenize(text, { addSpecial: false, parseSpecial: true })
  const text = thinkingMarks.find(
    ([open, close]) => template?.includes(close) || (tokens(open).length === 1 && tokens(close).length === 1),
  )
  if (text === undefined) return null
  const spelled = (mark: string) => {
    // The line break that usually follows may join with the end of a mark that is no token of its own.
    const ways = [mark, `${mark}\n`, `${mark}\n\n`].map(tokens)
    return ways[0]?.length === 1 ? ways.slice(0, 1) : ways
  }
  return { text, open: spelled(text[0]), close: spelled(text[1]) }
}
