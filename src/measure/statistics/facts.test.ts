import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canDecide,
  gridChange,
  gridRate,
  mcnemar,
  minimumDetectable,
  moreRowsNeeded,
  moreUnitsNeeded,
  perplexityChange,
  tangoAbove,
  tangoInterval,
  tangoScore,
  tQuantile,
  wilson,
} from './index.ts'

const counts = fc
  .tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 80 }), fc.integer({ min: 1, max: 200 }))
  .map(([gained, lost, same]) => ({ gained, lost, n: gained + lost + same }))

describe('sizes that the design promises', () => {
  test('74 rows without a flip show that less than 5 points are lost, 189 less than 2', () => {
    const [lower, upper] = tangoInterval({ gained: 0, lost: 0, n: 74 })
    expect(lower).toBeCloseTo(-0.04935, 5)
    expect(upper).toBeCloseTo(0.04935, 5)
    expect(tangoInterval({ gained: 0, lost: 0, n: 189 })[0]).toBeGreaterThan(-0.02)
    expect(tangoInterval({ gained: 0, lost: 0, n: 188 })[0]).toBeLessThan(-0.02)
  })

  test('canDecide says so before a run', () => {
    expect(canDecide(74, 0.05)).toMatchObject({ holds: true, rowsNeeded: 73 })
    expect(canDecide(72, 0.05).holds).toBe(false)
    expect(canDecide(189, 0.02)).toMatchObject({ holds: true, rowsNeeded: 189 })
    expect(canDecide(40, 0.05).lower).toBeCloseTo(tangoInterval({ gained: 0, lost: 0, n: 40 })[0], 12)
    expect(canDecide(0, 0.05)).toMatchObject({ holds: false, lower: -1 })
  })
})

describe('Tango', () => {
  test('the interval holds the estimate, mirrors, and is where the score is the quantile', () => {
    fc.assert(
      fc.property(counts, row => {
        const [lower, upper] = tangoInterval(row)
        const change = (row.gained - row.lost) / row.n
        expect(lower).toBeLessThan(change)
        expect(upper).toBeGreaterThan(change)
        const [mirroredLower, mirroredUpper] = tangoInterval({ gained: row.lost, lost: row.gained, n: row.n })
        expect(mirroredLower).toBeCloseTo(-upper, 10)
        expect(mirroredUpper).toBeCloseTo(-lower, 10)
        expect(tangoScore(row, lower)).toBeCloseTo(1.959964, 5)
      }),
    )
  })

  test('the one-sided p-value says the same as the interval', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: -0.5, max: 0.5, noNaN: true }), (row, line) => {
        const [lower] = tangoInterval(row)
        fc.pre(Math.abs(lower - line) > 1e-9)
        expect(tangoAbove(row, line) < 0.025).toBe(lower > line)
      }),
    )
  })

  test('one more lost row never raises the lower bound', () => {
    fc.assert(
      fc.property(counts, row => {
        const [before] = tangoInterval(row)
        fc.pre(row.gained + row.lost < row.n)
        expect(tangoInterval({ ...row, lost: row.lost + 1 })[0]).toBeLessThan(before)
      }),
    )
  })

  test('a line next to no change is far from significant', () => {
    for (const line of [-1e-12, -4.3e-308, 0, 4.3e-308]) {
      expect(tangoAbove({ gained: 0, lost: 0, n: 74 }, line)).toBeCloseTo(0.5, 4)
    }
  })

  test('everything lost or gained', () => {
    expect(tangoInterval({ gained: 0, lost: 20, n: 20 })[0]).toBe(-1)
    expect(tangoInterval({ gained: 20, lost: 0, n: 20 })[1]).toBe(1)
  })

  test('refuses counts that cannot be', () => {
    expect(() => tangoInterval({ gained: 3, lost: 3, n: 5 })).toThrow('gained + lost')
    expect(() => tangoInterval({ gained: -1, lost: 0, n: 5 })).toThrow('gained')
    expect(() => tangoInterval({ gained: 0, lost: 0, n: 0 })).toThrow('n is out of range')
    expect(() => tangoInterval({ gained: 0, lost: 0, n: 5 }, 1)).toThrow('level')
  })
})

describe('Wilson and McNemar', () => {
  test('no collapse at 0 and 1, and never outside', () => {
    expect(wilson(0, 20)[0]).toBe(0)
    expect(wilson(0, 20)[1]).toBeCloseTo(0.1611, 4)
    expect(wilson(1, 20)[1]).toBe(1)
    expect(() => wilson(1.1, 20)).toThrow('rate')
  })

  test('no flips are no evidence', () => {
    expect(mcnemar(0, 0)).toBe(1)
    expect(mcnemar(0, 6)).toBeCloseTo(2 / 64, 12)
    expect(mcnemar(3, 12)).toBe(mcnemar(12, 3))
  })
})

/** A grid with the given flips, `t,p` → value. */
function grid(templates: number, prompts: number, flip: (t: number, p: number) => number) {
  return Array.from({ length: templates * prompts }, (_, i) => {
    const t = Math.floor(i / prompts)
    const p = i % prompts
    return { value: flip(t, p), template: `t${t}`, prompt: `p${p}` }
  })
}

describe('grids', () => {
  test('without flips the prompts are the sample, not the rows', () => {
    const found = gridChange(grid(25, 40, () => 0))
    expect(found.method).toBe('tango on prompts')
    expect(found.interval[0]).toBeCloseTo(tangoInterval({ gained: 0, lost: 0, n: 40 })[0], 12)
    expect(found.p).toBe(1)
    expect(found.above(-0.05)).toBeGreaterThan(0.025)
  })

  test('one flip in a thousand rows proves no more than none', () => {
    const none = gridChange(grid(25, 40, () => 0))
    const one = gridChange(grid(25, 40, (t, p) => (t === 3 && p === 5 ? -1 : 0)))
    expect(one.interval[0]).toBeLessThan(none.interval[0])
    expect(one.method).toBe('two-way clusters, tango on prompts')
  })

  test('with flips in many prompts the clusters decide, and p agrees with the interval', () => {
    const found = gridChange(grid(10, 30, (t, p) => ((t + p) % 7 === 0 ? -1 : 0)))
    expect(found.method).toBe('two-way clusters')
    expect(found.clusters.df).toBe(9)
    // So many independent rows would vary as much; all flips are losses.
    const n = (-found.change * (1 + found.change)) / found.clusters.variance
    const counts = { gained: 0, lost: -found.change * n, n }
    expect(tangoScore(counts, found.interval[0])).toBeCloseTo(tQuantile(0.975, 9), 8)
    expect(tangoScore(counts, found.interval[1])).toBeCloseTo(-tQuantile(0.975, 9), 8)
    expect(found.above(found.interval[0])).toBeCloseTo(0.025, 8)
  })

  test('everything lost', () => {
    const found = gridChange(grid(5, 20, () => -1))
    expect(found.interval[0]).toBe(-1)
    expect(found.interval[1]).toBeCloseTo(tangoInterval({ gained: 0, lost: 20, n: 20 })[1], 12)
  })

  test('a rate is as sure as its clusters, and falls back to the prompts at 0 and 1', () => {
    const byTemplate = gridRate(grid(10, 30, t => (t < 5 ? 1 : 0)))
    expect(byTemplate[1] - byTemplate[0]).toBeGreaterThan(0.5)
    expect(gridRate(grid(10, 30, () => 1))[0]).toBeCloseTo(wilson(1, 30, 0.95, tQuantile(0.975, 9))[0], 12)
  })

  test('one template is no grid', () => {
    expect(() => gridChange(grid(1, 30, () => 0))).toThrow('two templates')
  })
})

describe('perplexity', () => {
  test('identical documents do not change it', () => {
    const same = [10, 20, 30].map(tokens => ({ tokens, baseline: -2 * tokens, steered: -2 * tokens }))
    const found = perplexityChange(same)
    expect(found.change).toBeCloseTo(0, 12)
    expect(found.baseline).toBeCloseTo(Math.exp(2), 10)
    expect(found.above(-0.05)).toBe(0)
  })

  test('worse is negative', () => {
    const worse = [10, 20, 30].map(tokens => ({ tokens, baseline: -2 * tokens, steered: -2.1 * tokens }))
    expect(perplexityChange(worse).change).toBeCloseTo(1 - Math.exp(0.1), 12)
  })

  test('needs two documents that can be scored', () => {
    expect(() => perplexityChange([{ tokens: 3, baseline: -1, steered: -1 }])).toThrow('two documents')
    const broken = { tokens: 3, baseline: -1, steered: Number.NEGATIVE_INFINITY }
    expect(() => perplexityChange([broken, broken])).toThrow('cannot be scored')
  })
})

describe('how many more', () => {
  test('without flips: as many as Tango needs', () => {
    expect(moreRowsNeeded({ gained: 0, lost: 0, n: 40 }, -0.05)).toBe(33)
  })

  test('with as many more at the same rates, the interval decides', () => {
    const seen = { gained: 1, lost: 4, n: 120 }
    const more = moreRowsNeeded(seen, -0.05) ?? Number.NaN
    const grown = (seen.n + more) / seen.n
    const [lower] = tangoInterval({ gained: grown, lost: 4 * grown, n: seen.n + more })
    expect(lower).toBeGreaterThan(-0.05)
    expect(more).toBeGreaterThan(0)
  })

  test('a change on the line is decided by no number of rows', () => {
    expect(moreRowsNeeded({ gained: 0, lost: 5, n: 100 }, -0.05)).toBeNull()
    expect(moreUnitsNeeded(40, { variance: 1e-4, fixed: 1e-3, distance: 0.02, quantile: 2.06 })).toBeNull()
  })

  test('smaller changes need more rows to be found', () => {
    expect(minimumDetectable(100, 0.2)).toBeGreaterThan(minimumDetectable(400, 0.2))
    expect(minimumDetectable(100, 0)).toBe(0)
  })
})
