/** What a study says of rows that the model takes all to one side, or that are too few. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openModel } from '../../engine/open.ts'
import type { Model } from '../../engine/types.ts'
import { openStore, type Store } from '../../store/index.ts'
import { type Plan, planStudy } from '../plan.ts'
import { runStudy } from '../run.ts'

let model: Model
let store: Store
beforeAll(async () => {
  const organism = fileURLToPath(new URL('../../../models/organism/organism.gguf', import.meta.url))
  model = await openModel(organism, { name: 'organism', threads: 1 })
  store = await openStore(':memory:')
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

const planned = (keep: 'behaviour' | 'all'): Promise<Plan> =>
  planStudy({
    study: 'demo',
    conditions: [{ method: 'diffmean', layer: 4, strength: 1 }],
    references: { prompt: false, random: 0, randomKl: 0, permuted: 0 },
    fit: { keep },
    measure: { general: [], control: [], robustness: [] },
    safeguards: false,
    limit: 4,
  })

it.each([
  ['negative', 'every prompt is answered', (plan: Plan) => plan.fit.positive.slice(0, 6)],
  ['positive', 'every prompt is refused', (plan: Plan) => plan.fit.negative.slice(0, 6)],
  ['positive', 'there is no prompt at all', () => []],
])('names the %s side where %s', async (side, _, pool) => {
  const plan = await planned('behaviour')
  const fit = { pool: pool(plan), positive: [], negative: [] }
  await expect(runStudy({ ...plan, fit, hash: `${plan.hash} ${side}` }, { model, store })).rejects.toMatchObject({
    code: 'invalid-input',
    message: `The ${side} side of the contrast set is empty`,
    fix: expect.stringContaining(`fit.${side}`),
  })
})

it('names the side that is missing where rows are taken as given', async () => {
  const plan = await planned('all')
  const fit = { pool: [], positive: plan.fit.positive.slice(0, 3), negative: [] }
  await expect(runStudy({ ...plan, fit }, { model, store })).rejects.toMatchObject({
    message: 'The negative side of the contrast set is empty',
    found: 'All rows as given: 3 positive, 0 negative.',
  })
})

it('refuses rows that are the same on both sides', async () => {
  const plan = await planned('all')
  const rows = plan.fit.positive.slice(0, 3)
  await expect(
    runStudy({ ...plan, fit: { pool: [], positive: rows, negative: rows } }, { model, store }),
  ).rejects.toMatchObject({ code: 'invalid-input', fix: 'Give the two sides different prompts.' })
})
