import { describe, expect, test } from 'vitest'
import { GeneratedParts } from './generated-parts.ts'
import { isMassive } from './massive.ts'
import { opensThinking, textParts } from './parts.ts'

const marks = ['<think>', '</think>'] as const

describe('parts of a rendered text', () => {
  const pieces = ['[sys]', 'Be kind.', '[user]', 'Hi', '[bot]', 'a<think>b</think>c<think>d', '[user]', 'So?', '[bot]']
  const text = pieces.join('')
  const at = (index: number) => {
    const start = pieces.slice(0, index).join('').length
    return { start, end: start + pieces[index]!.length }
  }
  const rendered = {
    text,
    suffixStart: at(8).start,
    contents: [
      { role: 'system', ...at(1) },
      { role: 'user', ...at(3) },
      { role: 'assistant', ...at(5) },
      { role: 'user', ...at(7) },
    ],
  } as const
  const told = (thinking: typeof marks | null) =>
    textParts(rendered, thinking).map(({ part, start, end }) => [part, text.slice(start, end)])

  test('are the contents of messages, and what the template writes behind the last', () => {
    expect(told(null)).toEqual([
      ['system', 'Be kind.'],
      ['user', 'Hi'],
      ['answer', 'a<think>b</think>c<think>d'],
      ['user', 'So?'],
      ['template-suffix', '[bot]'],
    ])
  })

  test('of an earlier answer, thinking and its marks are apart, also where it is never closed', () => {
    expect(told(marks).slice(2, 6)).toEqual([
      ['answer', 'a'],
      ['thinking', '<think>b</think>'],
      ['answer', 'c'],
      ['thinking', '<think>d'],
    ])
  })

  test('a prompt opens thinking where its last mark is an opening', () => {
    expect(opensThinking('x<think>\n', marks)).toBe(true)
    expect(opensThinking('<think></think>', marks)).toBe(false)
    expect(opensThinking('x', marks)).toBe(false)
  })
})

describe('parts of what is written', () => {
  const parts = (tokens: readonly number[], opened = false) => {
    // A mark of two tokens, and one that may be spelled in two ways.
    const followed = new GeneratedParts(10, { open: [[7, 8]], close: [[9], [5, 6]], opened })
    for (const token of tokens) followed.push(token)
    return tokens.map((_, i) => followed.at(10 + i))
  }

  test('thinking begins with the token that completes the mark, and ends with the one that closes it', () => {
    expect(parts([1, 7, 8, 2, 9, 3]).map(place => place?.part)).toEqual([
      'answer',
      'answer',
      'thinking',
      'thinking',
      'thinking',
      'answer',
    ])
    expect(parts([1, 5, 6, 2], true).map(place => place?.part)).toEqual(['thinking', 'thinking', 'thinking', 'answer'])
  })

  test('tokens are counted in their part and in all', () => {
    expect(parts([1, 7, 8, 2, 9, 3]).map(place => [place?.index, place?.indexInPart])).toEqual([
      [0, 0],
      [1, 1],
      [2, 0],
      [3, 1],
      [4, 2],
      [5, 2],
    ])
  })

  test('the prompt is none of it, nor what was not written yet', () => {
    const none = new GeneratedParts(3)
    none.push(1)
    expect([2, 3, 4].map(position => none.at(position)?.part)).toEqual([undefined, 'answer', undefined])
  })
})

test('a state is massive with a value above 100 that is a thousand times the median', () => {
  const state = (...values: number[]) => isMassive([...values, ...new Array<number>(7).fill(0.1)])
  expect(state(-101)).toBe(true)
  expect(state(99)).toBe(false)
  expect(isMassive([200, 0.3, 0.3, 0.3])).toBe(false)
  expect(isMassive([200, 0.2, 0.2, 0.2])).toBe(true)
  expect(state(Number.NaN)).toBe(false)
})
