import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { small } from '../../test/support/small-study.ts'
import { openModel } from '../engine/open.ts'
import { openStore } from '../store/index.ts'
import { finishedPlan } from './finished.ts'
import { planStudy } from './plan.ts'
import { runStudy } from './run.ts'

const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))

it('how likely the unsteered model’s own answers stay is told beside the verdict', async () => {
  const plan = await planStudy({
    ...small,
    conditions: [
      { name: 'none', method: 'diffmean', layer: 4, strength: 0 },
      { name: 'much', method: 'diffmean', layer: 4, strength: 4 },
    ],
    references: { prompt: false, random: 0, randomKl: 0, permuted: 0 },
    measure: {
      efficacy: [],
      general: [{ ownAnswers: 'organism/harmless/test', limit: 8, name: 'own' }],
      control: [],
      robustness: [],
    },
    safeguards: false,
  })
  expect(plan.counts).toContainEqual({ stage: 'fit', condition: 'baseline', suite: 'own', rows: 8, maxTokens: 16 })
  await using model = await openModel(organism, { threads: 1 })
  await using store = await openStore(':memory:')
  const { result } = await runStudy(plan, { model, store })
  const own = (name: string) =>
    result.conditions.find(one => one.name.startsWith(name))?.extra?.find(({ suite }) => suite === 'own')
  // Greedy answers are likely by construction, and nothing is done to a model at strength 0.
  expect(own('none')).toMatchObject({ kind: 'perplexity', n: 8, property: 'finds its own answers likely' })
  expect(own('none')?.steered).toBeCloseTo(own('none')?.baseline ?? 0, 6)
  expect(own('none')?.baseline).toBeLessThan(3)
  expect(own('much')?.steered).toBeGreaterThan(own('much')?.baseline ?? 0)
  // Who reads the run again finds its rows as they were asked.
  const run = await store.run(result.run)
  if (run === null) throw new Error('The run is gone')
  expect((await finishedPlan(store, run, '.')).changed).toBe(0)
})
