import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largestWithin, waysOf } from './kl-budget.ts'

/** A divergence that is told by a function of the strength, and how often it was asked for. */
function reader(p95: (strength: number) => number) {
  const asked: number[] = []
  return {
    asked,
    read: async (strengths: readonly number[]) => {
      asked.push(...strengths)
      return strengths.map(strength => ({ p95: p95(strength), mean: p95(strength) / 4 }))
    },
  }
}

describe('the largest strength within a budget', () => {
  it('is found between two strengths of the grid', async () => {
    const { read, asked } = reader(strength => strength ** 2 / 2)
    const { largest, by, looked } = await largestWithin(1, [0.5, 1, 2, 4], read)
    expect(by).toBe('bisection')
    // ½α² = 1 at √2: between 1 and 2, to a 64th of that.
    expect(largest?.strength).toBeGreaterThan(Math.SQRT2 - 1 / 64)
    expect(largest?.strength).toBeLessThanOrEqual(Math.SQRT2)
    expect(largest?.kl.p95).toBeLessThanOrEqual(1)
    expect(looked.map(({ strength }) => strength)).toEqual(asked.toSorted((a, b) => a - b))
    expect(asked).toHaveLength(4 + 6)
  })

  it('is within the budget and next to what is beyond it, whatever the curve that grows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.1, max: 4, noNaN: true }),
        fc.double({ min: 1e-3, max: 50, noNaN: true }),
        fc.constantFrom(1, -1),
        async (power, budget, sign) => {
          const { read } = reader(strength => Math.abs(strength) ** power)
          const grid = [4, 1, 0.5, 2].map(strength => sign * strength)
          const { largest, looked, by } = await largestWithin(budget, grid, read)
          const sizes = looked.map(({ strength }) => Math.abs(strength))
          expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
          const within = looked.filter(({ kl }) => kl.p95 <= budget)
          expect(largest).toEqual(within.at(-1) ?? null)
          expect(by).toBe(4 ** power <= budget ? 'whole grid' : 'bisection')
          if (by === 'whole grid') expect(largest?.strength).toBe(sign * 4)
        },
      ),
    )
  })

  it('may lie below the grid, or nowhere', async () => {
    const steep = reader(strength => 100 * strength)
    const found = await largestWithin(1, [0.5, 1], steep.read)
    expect(found.largest?.strength).toBeLessThanOrEqual(0.01)
    expect(found.largest?.strength).toBeGreaterThan(0)
    expect(await largestWithin(1, [0.5, 1], reader(() => 3).read)).toMatchObject({ largest: null, by: 'bisection' })
  })

  it('is one of the grid where the divergence does not grow everywhere', async () => {
    // It falls on the grid: nothing is halved.
    const dip = reader(strength => (strength === 2 ? 0.5 : strength))
    expect(await largestWithin(0.8, [1, 2, 4], dip.read)).toMatchObject({ largest: { strength: 2 }, by: 'grid only' })
    expect(dip.asked).toEqual([1, 2, 4])
    // It falls between two strengths of the grid, which is found while halving.
    const hidden = reader(strength => (strength === 1.5 ? 0.1 : strength))
    expect(await largestWithin(1.2, [1, 2], hidden.read)).toMatchObject({ largest: { strength: 1 }, by: 'grid only' })
    expect(hidden.asked).toEqual([1, 2, 1.5])
  })

  it('is searched each way by itself', () => {
    expect(waysOf([-2, 0, 1, 3, -1])).toEqual([
      [1, 3],
      [-2, -1],
    ])
    expect(waysOf([0])).toEqual([])
  })
})
