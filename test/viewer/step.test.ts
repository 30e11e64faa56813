import { expect, test } from 'vitest'
import { opened, openOf } from '../../web/src/samples/open.ts'
import { stepped } from '../../web/src/samples/step.ts'

/** A list of 300, of which the first 100 are fetched. */
const rows = {
  n: 300,
  at: (index: number) => (index < 100 ? {} : undefined),
  find: (open: { readonly sample: string } | null) => {
    const index = Number(open?.sample ?? -1)
    return index < 100 ? index : -1
  },
}
const open = (sample: string, at: number | null) => ({ suite: 's', sample, row: at })

test.each([
  ['none is open', null, 1, 0],
  ['the next', open('3', 3), 1, 4],
  ['the one before', open('3', 3), -1, 2],
  ['where it stands now, wherever it was opened', open('3', 8), 1, 4],
  ['the first has none before', open('0', 0), -1, 0],
  ['beyond what is fetched', open('250', 250), 1, 251],
  ['before what is not fetched', open('250', 250), -1, 249],
  ['the last has no next', open('299', 299), 1, 299],
  ['beyond what is fetched, from an address without its place', open('250', null), 1, 0],
  ['the next stands where the open one stood that left the list', open('999', 5), 1, 5],
  ['the one before one that left the list', open('999', 5), -1, 4],
])('%s', (_what, from, by, to) => {
  expect(stepped(rows, from, by)).toBe(to)
})

test('an address keeps which answer is open, and where it stands', () => {
  const query = new URLSearchParams(opened({ suite: 'a b', sample: 'x/1' }, 250))
  expect(openOf(new URL(`http://x/?${query}`))).toEqual({ suite: 'a b', sample: 'x/1', row: 250 })
  expect(openOf(new URL('http://x/?in=a&at=b'))).toEqual({ suite: 'a', sample: 'b', row: null })
  expect(openOf(new URL('http://x/?in=a&at=b&row=-1'))).toEqual({ suite: 'a', sample: 'b', row: null })
  expect(openOf(new URL('http://x/?in=a'))).toBeNull()
})
