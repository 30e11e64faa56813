/** What the characters of a rendered prompt are a part of. */
import type { RenderedText } from './render.ts'
import type { Part } from './where.ts'

/** Half-open range of characters. */
export interface TextPart {
  readonly part: Part
  readonly start: number
  readonly end: number
}

/** Pairs of marks that models put around their thinking; a model has the pair that its template or vocabulary knows. */
export const thinkingMarks: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['[THINK]', '[/THINK]'],
  ['<|channel|>analysis<|message|>', '<|channel|>final<|message|>'],
]

const partOf = { system: 'system', user: 'user', assistant: 'answer' } as const

/** Contents of messages and the template's suffix; the thinking inside of earlier answers is a part of its own. */
export function textParts(
  { text, suffixStart, suffixEnd = text.length, contents }: RenderedText,
  marks: readonly [open: string, close: string] | null,
): TextPart[] {
  const parts = contents.flatMap(({ role, start, end }): TextPart[] => {
    const whole = { part: partOf[role], start, end }
    return role === 'assistant' && marks !== null ? splitThinking(text, whole, marks) : [whole]
  })
  if (suffixStart < suffixEnd) parts.push({ part: 'template-suffix', start: suffixStart, end: suffixEnd })
  return parts.sort((a, b) => a.start - b.start)
}

/** Whether the text ends inside of a thinking that it opened. */
export function opensThinking(text: string, [open, close]: readonly [open: string, close: string]): boolean {
  const opened = text.lastIndexOf(open)
  return opened >= 0 && text.indexOf(close, opened) < 0
}

/** The marks themselves are thinking. */
function splitThinking(text: string, answer: TextPart, [open, close]: readonly [string, string]): TextPart[] {
  const parts: TextPart[] = []
  let at = answer.start
  while (at < answer.end) {
    const opened = text.indexOf(open, at)
    const start = opened < 0 || opened > answer.end ? answer.end : opened
    if (start > at) parts.push({ part: 'answer', start: at, end: start })
    if (start === answer.end) break
    const closed = text.indexOf(close, start)
    at = closed < 0 || closed + close.length > answer.end ? answer.end : closed + close.length
    parts.push({ part: 'thinking', start, end: at })
  }
  return parts
}
