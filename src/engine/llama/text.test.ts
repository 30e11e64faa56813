import { expect, test } from 'vitest'
import { AnswerText } from './text.ts'
import type { Vocabulary } from './vocabulary.ts'

test('what is held back for a stop string never cuts a character in half', () => {
  const pieces = ['hi ', '😀', '😀', ' bye']
  const vocabulary = { piece: (token: number) => new TextEncoder().encode(pieces[token]) } as unknown as Vocabulary
  for (const stop of ['ab', 'abc', 'abcd']) {
    const text = new AnswerText(vocabulary, [stop])
    const taken = pieces.map((_, token) => {
      expect(text.push(token)).toBe(false)
      return text.take(false)
    })
    taken.push(text.take(true))
    expect(taken.join('')).toBe('hi 😀😀 bye')
    for (const part of taken) expect(part.isWellFormed()).toBe(true)
  }
})
