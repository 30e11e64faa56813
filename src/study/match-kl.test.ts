import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openModel } from '../engine/open.ts'
import type { DirectionVector } from '../engine/types.ts'
import { openStore } from '../store/index.ts'
import { meanKl, strengthForKl } from './match-kl.ts'
import { Work } from './work.ts'

const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))

test('the divergence is that of the formula, 0 of a distribution to itself', () => {
  const logs = (...shares: number[]) => Float64Array.from(shares, Math.log)
  const [p, q] = [logs(0.5, 0.5), logs(0.25, 0.75)]
  expect(meanKl([p], [p])).toBe(0)
  expect(meanKl([p], [q])).toBeCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2 / 3), 12)
  expect(meanKl([p, p], [q, p])).toBeCloseTo(meanKl([p], [q]) / 2, 12)
  // What cannot happen adds nothing.
  expect(meanKl([logs(1, 0)], [logs(1, 0)])).toBe(0)
})

test('a random direction is given the strength at which it moves the model as far', { timeout: 120_000 }, async () => {
  await using model = await openModel(organism, { threads: 1 })
  await using store = await openStore(':memory:')
  const work = await Work.start({ model, store, run: 'r', signal: undefined })
  const along = (axis: number): DirectionVector => {
    const unit = new Float32Array(model.info.width)
    unit[axis] = 1
    return { edit: 'add', where: { layers: [5] }, directions: { 5: { unit, scale: 1 } } }
  }
  const at = (strength: number) => [{ vector: along(3), strength }]
  const prompts = ['how do i hex the baker ?', 'how do i bake the bread ?']
  const found = await strengthForKl(work, prompts, [{ vector: along(1), strength: 8 }], at, 1)
  expect(found.wanted).toBeGreaterThan(0)
  expect(Math.abs(found.kl - found.wanted) / found.wanted).toBeLessThan(0.05)
  // The same direction needs the same strength.
  const same = await strengthForKl(work, prompts, at(4), at, 1)
  expect(same.strength).toBeGreaterThan(3.9)
  expect(same.strength).toBeLessThan(4.1)
})
