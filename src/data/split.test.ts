import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PlimsollError } from '../errors.ts'
import { createRandom, shuffle } from '../random.ts'
import { resample, splitPool } from './split.ts'

const pool = fc
  .array(fc.constantFrom('theft', 'fraud', undefined), { maxLength: 60 })
  .map(categories => categories.map((category, i) => ({ id: `row-${i}`, category })))

test('splits share no row, have the sizes asked for, and do not depend on the order of the pool', () => {
  fc.assert(
    fc.property(pool, fc.integer(), fc.integer(), (rows, seed, order) => {
      const third = Math.floor(rows.length / 3)
      const sizes = { fit: third, select: third, test: rows.length - 2 * third }
      const { fit, select, test: tested } = splitPool(rows, sizes, seed)
      expect([fit.length, select.length, tested.length]).toEqual([sizes.fit, sizes.select, sizes.test])
      expect(new Set([...fit, ...select, ...tested].map(row => row.id)).size).toBe(rows.length)
      expect(splitPool(shuffle(rows, createRandom(order)), sizes, seed)).toEqual({ fit, select, test: tested })
    }),
  )
})

test('each split has every category in proportion, to within two rows', () => {
  const rows = Array.from({ length: 300 }, (_, i) => ({
    id: `${i}`,
    category: i < 200 ? 'big' : i < 290 ? 'middle' : 'small',
  }))
  for (let seed = 0; seed < 20; seed += 1) {
    const split = splitPool(rows, { fit: 150, select: 75, test: 75 }, seed)
    for (const part of Object.values(split)) {
      for (const [category, share] of [
        ['big', 200 / 300],
        ['middle', 90 / 300],
        ['small', 10 / 300],
      ] as const) {
        const found = part.filter(row => row.category === category).length
        expect(Math.abs(found - share * part.length)).toBeLessThanOrEqual(2)
      }
    }
  }
})

test('a category of one row may fall into any split', () => {
  const rows = [
    { id: 'lone', category: 'lone' },
    ...Array.from({ length: 29 }, (_, i) => ({ id: `${i}`, category: 'many' })),
  ]
  const seen = new Set<string>()
  for (let seed = 0; seed < 60; seed += 1) {
    const split = splitPool(rows, { fit: 10, select: 10, test: 10 }, seed)
    for (const [name, part] of Object.entries(split)) if (part.some(row => row.id === 'lone')) seen.add(name)
  }
  expect(seen.size).toBe(3)
})

test('other seeds give other splits; a pool too small is an error that says so', () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ id: `${i}` }))
  expect(splitPool(rows, { fit: 20 }, 1).fit).not.toEqual(splitPool(rows, { fit: 20 }, 2).fit)
  expect(() => splitPool(rows, { fit: 30, test: 20 }, 1)).toThrow(PlimsollError)
})

test('resample draws without replacement and takes all of a small pool', () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ id: `${i}` }))
  const drawn = resample(rows, 25, 4)
  expect(new Set(drawn.map(row => row.id)).size).toBe(25)
  expect(resample(rows, 25, 4)).toEqual(drawn)
  expect(resample(rows, 25, 5)).not.toEqual(drawn)
  expect(resample(rows, 99, 4)).toHaveLength(40)
})
