import { expect, test } from 'vitest'
import { proseWindows } from './wikitext.ts'

const paragraph = (name: string) => ` ${`${name} `.repeat(20).trim()} `
const text = [
  '',
  ' = First = ',
  '',
  paragraph('one'),
  paragraph('two'),
  '',
  ' = = Section = = ',
  '',
  paragraph('three'),
  '',
  ' = Second = ',
  '',
  paragraph('four'),
].join('\n')

test('windows hold whole paragraphs of one article, headings skipped', () => {
  const windows = proseWindows(text, 150)
  expect(windows.map(window => [window.line, [...new Set(window.text.split(/\s+/))]])).toEqual([
    [4, ['one', 'two']],
    [9, ['three']],
    [13, ['four']],
  ])
})

test('what is left at an end and reaches less than half is left out', () => {
  expect(proseWindows(text, 300).map(window => window.line)).toEqual([4])
})
