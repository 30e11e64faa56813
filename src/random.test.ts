import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom, sample, shuffle } from './random.ts'

describe('createRandom', () => {
  test('gives the same numbers for the same seed and stream, others for others', () => {
    const draw = (seed: number, stream?: string) => {
      const random = createRandom(seed, stream)
      return Array.from({ length: 8 }, () => random.next())
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect(draw(1)).not.toEqual(draw(1, 'split'))
    expect(draw(1, '2')).not.toEqual(draw(12))
  })

  test('its first numbers never change: splits are stored by seed', () => {
    const random = createRandom(1)
    expect(Array.from({ length: 6 }, () => random.int(1000))).toMatchInlineSnapshot(`
      [
        914,
        725,
        654,
        816,
        526,
        854,
      ]
    `)
  })

  test('is uniform: chi-square of 16 bins stays within its 99.99 % bound', () => {
    for (const seed of [0, 1, 2, -7]) {
      const random = createRandom(seed)
      const bins = Array.from({ length: 16 }, () => 0)
      for (let i = 0; i < 16_000; i += 1) bins[random.int(16)]! += 1
      const chi = bins.reduce((sum, found) => sum + (found - 1000) ** 2 / 1000, 0)
      expect(chi).toBeLessThan(44.3)
    }
  })

  test('refuses what is no seed and no range', () => {
    expect(() => createRandom(0.5)).toThrow(RangeError)
    expect(() => createRandom(1).int(0)).toThrow(RangeError)
  })
})

test('shuffle keeps every item, and each place is as likely as another', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      expect(shuffle(items, createRandom(seed)).sort()).toEqual([...items].sort())
    }),
  )
  const places = [0, 0, 0, 0]
  const random = createRandom(3)
  for (let i = 0; i < 4000; i += 1) places[shuffle([0, 1, 2, 3], random).indexOf(0)]! += 1
  for (const count of places) expect(Math.abs(count - 1000)).toBeLessThan(120)
})

test('sample draws without replacement', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer()), fc.nat(20), fc.integer(), (items, n, seed) => {
      const drawn = sample(items, n, createRandom(seed))
      expect(drawn).toHaveLength(Math.min(n, items.length))
      expect(new Set(drawn).size).toBe(drawn.length)
      expect(items).toEqual(expect.arrayContaining(drawn))
    }),
  )
})
