import { expect, it } from 'vitest'
import { PlimsollError } from '../errors.ts'
import { cutTo } from './budget.ts'
import { loadStudy } from './config.ts'
import { estimateFrom } from './estimate.ts'
import { type Plan, planStudy } from './plan.ts'

// A second to read a row, a tenth of one to write a token.
const usual = { row: 1, token: 0.1, ends: 0 }
const costs = { suites: new Map(), usual, trained: 0, candidates: 0, depth: 8 }
const loaded = loadStudy('demo')
const sizes = ({ suites }: Plan) => suites.map(({ items }) => items.length)

it('leaves a study whole that fits', async () => {
  const whole = await planStudy(loaded)
  const found = await cutTo(loaded, whole, costs, estimateFrom(costs, whole).seconds)
  expect([found.rows, found.plan.hash]).toEqual([null, whole.hash])
})

it.each([0.9, 0.6, 0.4])(
  'cuts the largest suites until it fits into %f of the time, and nothing but rows',
  async share => {
    const whole = await planStudy(loaded)
    const most = share * estimateFrom(costs, whole).seconds
    const { plan, time, rows } = await cutTo(loaded, whole, costs, most)
    if (rows === null) throw new Error('not cut')
    expect(time.seconds).toBeLessThanOrEqual(most)
    expect(time).toEqual(estimateFrom(costs, plan))
    // It is used up, but for a few per cent.
    expect(time.seconds).toBeGreaterThan(0.85 * most)
    expect(sizes(plan)).toEqual(sizes(whole).map(size => Math.min(size, rows)))
    const { limit, fit, select, references, ...same } = plan.study
    expect(whole.study).toMatchObject(same)
    expect(limit).toBe(rows)
    expect({ ...fit, resampleRows: 0 }).toEqual({ ...whole.study.fit, resampleRows: 0 })
    expect({ ...select, limit: 0 }).toEqual({ ...whole.study.select, limit: 0 })
    expect({ ...references, rows: 0 }).toEqual({ ...whole.study.references, rows: 0 })
  },
)

it('says so where it cannot be cut to fit', async () => {
  const whole = await planStudy(loaded)
  await expect(cutTo(loaded, whole, costs, 1)).rejects.toMatchObject({
    found: expect.stringMatching(/with 16 rows a suite$/),
  })
  await expect(cutTo(loaded, whole, costs, 1)).rejects.toBeInstanceOf(PlimsollError)
})
