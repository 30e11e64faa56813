import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { doseRates, ladderOf } from './suite-doses.ts'
import type { PairedRow } from './suite-rows.ts'

/** Rows of a grid: template t has the property at the baseline with probability `rates[t]`. */
function grid(rates: readonly number[], prompts: number, steered: (had: boolean, draw: number) => boolean, seed = 1) {
  const random = createRandom(seed, 'doses')
  return rates.flatMap((rate, t) =>
    Array.from({ length: prompts }, (_, p): PairedRow => {
      const baseline = random.next() < rate
      const cluster = { template: `t${t}`, prompt: `p${p}` }
      return { baseline, steered: steered(baseline, random.next()), cluster }
    }),
  )
}
const rates = Array.from({ length: 20 }, (_, t) => 0.95 - 0.045 * t)

describe('a dose ladder', () => {
  it('goes from where the baseline keeps most to where it keeps least, every template on a rung', () => {
    const rows = grid(rates, 40, had => had)
    const ladder = ladderOf(rows)
    const doses = ladder === null ? [] : doseRates('s', rows, ladder)
    expect(doses.map(({ dose }) => dose)).toEqual([1, 2, 3, 4, 5])
    expect(doses.reduce((sum, { n }) => sum + n, 0)).toBe(800)
    const kept = doses.map(({ baseline }) => baseline)
    expect(kept).toEqual(kept.toSorted((a, b) => b - a))
    expect(kept[0]).toBeGreaterThan(0.75)
    expect(kept[4]).toBeLessThan(0.35)
    for (const { lost, gained } of doses) expect({ lost, gained }).toEqual({ lost: 0, gained: 0 })
  })

  it('shows no loss at the top and no gain at the bottom where both sides only repeat the same coin', () => {
    // All templates alike: an order by the same answers would put those that came out high by luck on top.
    let [top, bottom, lucky] = [0, 0, 0]
    const seeds = 60
    for (let seed = 1; seed <= seeds; seed += 1) {
      const rows = grid(new Array<number>(20).fill(0.5), 20, (_, draw) => draw < 0.5, seed)
      const ladder = ladderOf(rows)
      const doses = ladder === null ? [] : doseRates('s', rows, ladder)
      const change = (dose: (typeof doses)[number] | undefined) => (dose?.steered ?? 0) - (dose?.baseline ?? 0)
      top += change(doses[0]) / seeds
      bottom += change(doses.at(-1)) / seeds
      const byTemplate = Object.values(Object.groupBy(rows, row => row.cluster?.template ?? ''))
      const first = byTemplate
        .map(own => (own ?? []).filter(row => row.baseline).length / 20)
        .sort((a, b) => b - a)
        .slice(0, 4)
      lucky += (0.5 - first.reduce((sum, rate) => sum + rate, 0) / 4) / seeds
    }
    // Standard error over 60 × 80 rows: 1 point.
    expect(Math.abs(top)).toBeLessThan(0.035)
    expect(Math.abs(bottom)).toBeLessThan(0.035)
    expect(lucky).toBeLessThan(-0.1)
  })

  it('places the rows of a condition that answered only some of them where all of the baseline’s put them', () => {
    const rows = grid(rates, 40, had => had)
    const ladder = ladderOf(rows)
    if (ladder === null) throw new Error('no ladder')
    const some = rows.filter((_, i) => i % 3 === 0)
    const told = doseRates('s', some, ladder)
    expect(told.reduce((sum, { n }) => sum + n, 0)).toBe(some.length)
    expect(told[0]?.baseline).toBeGreaterThan(told[4]?.baseline ?? 1)
  })

  it('needs four templates and two prompts', () => {
    expect(ladderOf(grid([0.5, 0.5, 0.5], 10, had => had))).toBeNull()
    expect(ladderOf(grid(rates, 1, had => had))).toBeNull()
    expect(ladderOf(grid([0.9, 0.8, 0.7, 0.6], 10, had => had))?.rungs).toBe(2)
    expect(ladderOf([{ baseline: true, steered: true }])).toBeNull()
  })
})
