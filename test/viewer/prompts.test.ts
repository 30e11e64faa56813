import { expect, test } from 'vitest'
import { promptsOf, warningsOf } from '../../web/src/make/prompts.ts'

const many = (word: string, count: number) => Array.from({ length: count }, (_, i) => `${word} ${i}`)

test('a prompt a line, blank lines left out', () => {
  expect(promptsOf(' one \n\n  \r\ntwo\n')).toEqual(['one', 'two'])
  expect(promptsOf('')).toEqual([])
})

test('two sides that are long, alike in length and distinct need no warning', () => {
  expect(warningsOf([], [])).toEqual([])
  expect(warningsOf(many('more', 16), many('less', 20))).toEqual([])
})

test.each([
  [many('more', 15), many('less', 16), /^Fewer than 16 on a side/],
  [many('more', 40), many('less', 20), /^The sides are unequal \(40 and 20\)/],
  [many('more', 20), [...many('less', 20), 'more 1'], /^1 line stands on both sides, where it says nothing/],
  [[...many('more', 20), 'more 1', 'more 2'], many('less', 20), /^2 lines stand a second time/],
])('warning %#', (more, less, said) => {
  expect(warningsOf(more, less)).toEqual([expect.stringMatching(said)])
})
