import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../random.ts'
import fixtures from './fixtures.json' with { type: 'json' }
import { cohensKappa } from './kappa.ts'

test.each(fixtures.kappa)('kappa of $table agrees with statsmodels', ({ table, kappa, interval }) => {
  const found = cohensKappa(table)
  expect(found.kappa).toBeCloseTo(kappa, 12)
  for (const i of [0, 1]) expect(found.interval?.[i]).toBeCloseTo(Math.max(-1, interval[i] ?? Number.NaN), 12)
})

const counts = fc.integer({ min: 0, max: 40 })
const tables = fc
  .integer({ min: 2, max: 4 })
  .chain(k => fc.array(fc.array(counts, { minLength: k, maxLength: k }), { minLength: k, maxLength: k }))
  .filter(table => table.flat().some(count => count > 0))

describe('kappa', () => {
  test('does not depend on which judge comes first, nor on the order of the classes', () => {
    fc.assert(
      fc.property(tables, table => {
        const turned = table.map((_, i) => table.map(row => row[i] ?? 0))
        const reversed = table.toReversed().map(row => row.toReversed())
        const { kappa, interval } = cohensKappa(table)
        for (const other of [turned, reversed].map(one => cohensKappa(one))) {
          if (kappa === null) expect(other.kappa).toBeNull()
          else expect(other.kappa).toBeCloseTo(kappa, 12)
        }
        if (kappa !== null) {
          expect(interval?.[0]).toBeLessThanOrEqual(kappa)
          expect(interval?.[1]).toBeGreaterThanOrEqual(kappa)
        }
      }),
    )
  })

  test('is 1 where both always agree, without a collapsed interval, and none where there is one class only', () => {
    const all = cohensKappa([
      [12, 0],
      [0, 8],
    ])
    expect(all.kappa).toBe(1)
    expect(all.interval?.[0]).toBeLessThan(0.75)
    expect(all.interval?.[1]).toBe(1)
    expect(
      cohensKappa([
        [7, 0],
        [0, 0],
      ]),
    ).toEqual({ kappa: null, interval: null, agreement: 1, chance: 1 })
  })

  test('is no number of nothing', () => {
    expect(() =>
      cohensKappa([
        [0, 0],
        [0, 0],
      ]),
    ).toThrow(expect.objectContaining({ code: 'invalid-input' }))
    expect(() => cohensKappa([[1, 2]])).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  })

  test.each([
    [30, [0.45, 0.05, 0.05, 0.45]],
    [30, [0.88, 0.02, 0.02, 0.08]],
    [100, [0.49, 0.01, 0.01, 0.49]],
    [100, [0.96, 0.01, 0.01, 0.02]],
    [100, [0.3, 0.2, 0.1, 0.4]],
    [300, [0.5, 0.15, 0, 0.35]],
  ])('of %i answers holds the truth at shares %j', (n, shares) => {
    const [a = 0, b = 0, c = 0, d = 0] = shares
    const truth = cohensKappa([
      [a, b],
      [c, d],
    ]).kappa
    const random = createRandom(7, `kappa ${n}`)
    let [held, told] = [0, 0]
    for (let round = 0; round < 2000; round++) {
      const table = [
        [0, 0],
        [0, 0],
      ]
      for (let i = 0; i < n; i++) {
        const u = random.next()
        const at = u < a ? 0 : u < a + b ? 1 : u < a + b + c ? 2 : 3
        const row = table[at >> 1]
        if (row !== undefined) row[at & 1] = (row[at & 1] ?? 0) + 1
      }
      const { interval } = cohensKappa(table)
      if (interval === null) continue
      told += 1
      if (interval[0] <= (truth ?? 9) && (truth ?? 9) <= interval[1]) held += 1
    }
    expect(held / told).toBeGreaterThan(0.93)
  })
})
