import { expect, test } from 'vitest'
import { categoryRates } from './suite-categories.ts'
import type { PairedRow } from './suite-rows.ts'

test('rows of each category, scored on both sides; those without a category are in none', () => {
  const row = (category: string | undefined, baseline: boolean | null, steered: boolean | null): PairedRow => ({
    baseline,
    steered,
    category,
  })
  const rows = [
    row('b', true, true),
    row('a', true, false),
    row('a', false, true),
    row('a', true, false),
    row('a', true, true),
    row('a', null, true),
    row(undefined, true, false),
    { ...row('a', true, false), degenerate: { baseline: false, steered: true } },
  ]
  expect(categoryRates('s', rows)).toEqual([
    { suite: 's', category: 'b', n: 1, baseline: 1, steered: 1, lost: 0, gained: 0 },
    { suite: 's', category: 'a', n: 4, baseline: 0.75, steered: 0.5, lost: 2, gained: 1 },
  ])
})
