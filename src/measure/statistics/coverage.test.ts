import { expect, test } from 'vitest'
import { gridChange, normalCdf } from './index.ts'

/** Uniform numbers in [0, 1): splitmix64's idea in 32 bits, seeded, so that the simulation is the same every time. */
function uniform(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

function normals(next: () => number, count: number, spread: number): number[] {
  return Array.from(
    { length: count },
    () => spread * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  )
}

/** Share of simulated grids whose interval holds the true change: clustered, and as if rows were independent. */
function coverage(templates: number, prompts: number, seed: number, rounds: number) {
  const next = uniform(seed)
  const [start, effect, spreadT, spreadP] = [1.2, -0.5, 0.5, 0.6]
  // A row has the property when start + (template's lean) + (prompt's lean) + noise > 0; steering moves start and leans.
  const truth =
    normalCdf((start + effect) / Math.sqrt(1 + 2 * (spreadT ** 2 + spreadP ** 2))) -
    normalCdf(start / Math.sqrt(1 + spreadT ** 2 + spreadP ** 2))
  let clustered = 0
  let rowLevel = 0
  for (let round = 0; round < rounds; round++) {
    const lean = [spreadT, spreadT].map(spread => normals(next, templates, spread))
    const bent = [spreadP, spreadP].map(spread => normals(next, prompts, spread))
    const rows = []
    for (let t = 0; t < templates; t++) {
      for (let p = 0; p < prompts; p++) {
        const before = start + (lean[0]?.[t] ?? 0) + (bent[0]?.[p] ?? 0)
        const after = before + effect + (lean[1]?.[t] ?? 0) + (bent[1]?.[p] ?? 0)
        const draw = next()
        const value = Number(draw < normalCdf(after)) - Number(draw < normalCdf(before))
        rows.push({ value, template: `${t}`, prompt: `${p}` })
      }
    }
    const found = gridChange(rows)
    if (found.interval[0] <= truth && truth <= found.interval[1]) clustered++
    if (Math.abs(found.change - truth) <= 1.96 * Math.sqrt(found.clusters.parts.cell)) rowLevel++
  }
  return { clustered: clustered / rounds, rowLevel: rowLevel / rounds }
}

test('clustered intervals of a grid cover the truth, row-level ones do not', () => {
  const found = coverage(20, 30, 20260211, 400)
  expect(found.clustered).toBeGreaterThanOrEqual(0.9)
  expect(found.rowLevel).toBeLessThan(0.75)
})

test('rare losses that clump by prompt are covered', () => {
  const next = uniform(7)
  const rounds = 400
  let covered = 0
  let byClustersAlone = 0
  for (let round = 0; round < rounds; round++) {
    const weak = Array.from({ length: 40 }, () => (next() < 0.025 ? 0.5 : 0.001))
    const rows = Array.from({ length: 25 * 40 }, (_, i) => ({
      value: next() < (weak[i % 40] ?? 0) ? -1 : 0,
      template: `${Math.floor(i / 40)}`,
      prompt: `${i % 40}`,
    }))
    const truth = -(0.025 * 0.5 + 0.975 * 0.001)
    const { interval, clusters } = gridChange(rows)
    if (interval[0] <= truth && truth <= interval[1]) covered++
    if (Math.abs(clusters.mean - truth) <= 2.064 * Math.sqrt(clusters.variance)) byClustersAlone++
  }
  expect(covered / rounds).toBeGreaterThanOrEqual(0.95)
  expect(byClustersAlone / rounds).toBeLessThan(0.8)
})
