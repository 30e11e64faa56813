import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differences, markedText } from './answer.ts'

const words = fc.array(fc.constantFrom('the', 'loaf', 'knife', '<b>', ' ', '\n', '&'), { maxLength: 12 })

test('differences cover what differs and nothing else', () => {
  fc.assert(
    fc.property(words, words, (a, b) => {
      const [before, after] = [a.join(' '), b.join(' ')]
      const changed = differences(before, after)
      if (changed === null) return
      const without = (text: string, ranges: readonly { from: number; to: number }[]) =>
        [...text].filter((_, i) => !ranges.some(({ from, to }) => from <= i && i < to)).join('')
      expect(without(before, changed.removed)).toBe(without(after, changed.added))
    }),
  )
})

test('texts with little in common have no marks', () => {
  expect(differences('I cannot help with that.', 'Of course: take it now')).toBeNull()
})

test('marks keep the text whole and cross each other', () => {
  const markup = markedText('a <b> c d', 'ins', [{ from: 2, to: 7 }], '<b> c d').markup
  expect(markup).toBe(
    '<span class="eq">a </span><ins><mark>&lt;b&gt; c</mark></ins><span class="eq"><mark> d</mark></span>',
  )
})

test('evidence that is not in the text marks nothing', () => {
  expect(markedText('abc', 'del', [], 'xyz').markup).toBe('<span class="eq">abc</span>')
})
