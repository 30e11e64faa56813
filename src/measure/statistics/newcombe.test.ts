import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import fixtures from './fixtures.json' with { type: 'json' }
import fromR from './fixtures-r.json' with { type: 'json' }
import {
  type Count,
  type Interval,
  mcnemar,
  newcombe,
  newcombePaired,
  squareAndAdd,
  tangoInterval,
  wilson,
} from './index.ts'

const pair = (values: readonly number[]) => values.map(value => expect.closeTo(value, 10))
const counted = ([count = Number.NaN, n = Number.NaN]: readonly number[]): Count => ({ count, n })

describe('two independent rates', () => {
  test.each(fixtures.newcombe)('$one against $other at $level agrees with statsmodels', row => {
    expect(newcombe(counted(row.one), counted(row.other), row.level)).toEqual(pair(row.interval))
  })

  test.each(fromR.independent)('$one against $other agrees with contingencytables', row => {
    expect(newcombe(counted(row.one), counted(row.other))).toEqual(pair(row.interval))
  })

  test('as published: Newcombe 1998, table II, contrast (a)', () => {
    const [lower, upper] = newcombe({ count: 56, n: 70 }, { count: 48, n: 80 })
    expect([lower.toFixed(4), upper.toFixed(4)]).toEqual(['0.0524', '0.3339'])
  })
})

describe('paired rates', () => {
  test.each(fromR.paired)('+$gained −$lost of $n agrees with ratesci and contingencytables', row => {
    expect(newcombePaired(row)).toEqual(pair(row.newcombe))
    expect(newcombePaired(row)).toEqual(pair(row.squareAndAdd))
    expect(tangoInterval(row)).toEqual(pair(row.tango))
    expect(mcnemar(row.gained, row.lost)).toBeCloseTo(row.mcnemar, 12)
  })

  test('swapping the sides mirrors the interval, which holds the estimate', () => {
    const cell = fc.integer({ min: 0, max: 60 })
    fc.assert(
      fc.property(cell, cell, cell, fc.integer({ min: 1, max: 60 }), (gained, lost, kept, neither) => {
        const n = gained + lost + kept + neither
        const [lower, upper] = newcombePaired({ gained, lost, kept, n })
        const mirrored: Interval = newcombePaired({ gained: lost, lost: gained, kept, n })
        expect(mirrored).toEqual(pair([-upper, -lower]))
        expect(lower).toBeLessThanOrEqual((gained - lost) / n)
        expect(upper).toBeGreaterThanOrEqual((gained - lost) / n)
      }),
    )
  })
})

test('perfectly correlated estimates cancel', () => {
  const one = { estimate: 0.4, interval: wilson(0.4, 80) }
  expect(squareAndAdd(one, one, 1)).toEqual([expect.closeTo(-0.0, 1), expect.closeTo(0.0, 1)])
  expect(squareAndAdd(one, one, 0)[1]).toBeGreaterThan(0.1)
})

test('refuses counts that cannot be', () => {
  expect(() => newcombe({ count: 3, n: 2 }, { count: 0, n: 2 })).toThrow('count of one')
  expect(() => newcombe({ count: 3, n: 3 }, { count: 0, n: 0 })).toThrow('n of other')
  expect(() => newcombePaired({ gained: 2, lost: 2, kept: 2, n: 5 })).toThrow('gained + lost + kept')
})
