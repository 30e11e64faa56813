/** The published rule on the organism, and what happens where it finds nothing. */

import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openModel } from '../../engine/open.ts'
import type { Model } from '../../engine/types.ts'
import { openStore, type Store } from '../../store/index.ts'
import { chat } from '../chat.ts'
import { probeOpenings } from '../fit/behaviour.ts'
import { type Plan, planStudy } from '../plan.ts'
import { runHash, runStudy } from '../run.ts'
import type { StudyFile } from '../schema.ts'
import { Work } from '../work.ts'
import { candidates } from './candidates.ts'
import { pickDirection } from './pick.ts'
import { refusalScore, sourceLayers } from './score.ts'

let model: Model
let store: Store
let plan: Plan
const small: StudyFile = {
  study: 'demo',
  conditions: [{ method: 'ablation' }],
  select: { layers: [4], limit: 12 },
  references: { prompt: false, random: 1, randomKl: 0, permuted: 1 },
  measure: {
    general: [],
    robustness: [],
  },
  generation: { maxTokens: 16 },
  limit: 24,
  chunk: 16,
}
beforeAll(async () => {
  model = await openModel(fileURLToPath(new URL('../../../models/organism/organism.gguf', import.meta.url)), {
    name: 'organism',
    threads: 1,
  })
  store = await openStore(':memory:')
  plan = await planStudy('demo')
}, 60_000)
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

async function start(): Promise<Work> {
  const run = runHash(plan, model)
  const { info } = model
  await store.startRun({ hash: run, study: 'demo', plan: {}, engine: { model: info.name }, started: '2026-11-28' })
  return Work.start({ model, store, run, signal: undefined })
}

it('picks the candidate that lowers refusals most of those that pass, and nothing where none does', async () => {
  const work = await start()
  const { openings } = await probeOpenings(work, plan.study, plan.fit, () => {})
  const prompts = (rows: Plan['fit']['pool']) => rows.map(row => chat(row.prompt, null))
  const sides = { harmful: prompts(plan.fit.negative.slice(0, 64)), harmless: prompts(plan.fit.positive.slice(32, 96)) }
  const layers = sourceLayers(model.info.layers)
  const all = await candidates(work, sides, layers, undefined)
  // Four tokens of the template, and five of eight layers.
  expect(layers).toEqual([0, 1, 2, 3, 4])
  expect(new Set(all.map(({ position }) => position))).toEqual(new Set([-1, -2, -3, -4]))
  expect(all).toHaveLength(20)
  const harmful = prompts(plan.select.control.slice(0, 32))
  const harmless = prompts(plan.fit.positive.slice(0, 32))
  const picking = { harmful, harmless, openings: openings.tokens, onCandidate: () => {} }
  const picked = await pickDirection(work, all, picking)
  if (picked === null) throw new Error('nothing was picked')
  expect(picked.scores.refusal).toBeLessThan(picked.before - 1)
  expect(picked.scores.induced).toBeGreaterThan(0)
  expect(picked.scores.kl).toBeLessThanOrEqual(0.1)
  // What is told is what the engine does.
  const found = await model.firstToken(harmful, openings.tokens, { steering: [{ vector: picked.ablation }] })
  const mean = found.reduce((sum, one) => sum + refusalScore(one), 0) / found.length
  expect(picked.scores.refusal).toBeCloseTo(mean, 6)
  // A direction that is not among them cannot be picked; what adds nothing induces nothing.
  const early = all.filter(({ layer }) => layer < 2)
  expect(await pickDirection(work, early, picking)).toBeNull()
}, 120_000)

it('reads the mean over tokens that are named in place of single positions', async () => {
  const work = await start()
  const sides = { harmful: [chat('a', null), chat('b', null)], harmless: [chat('c', null)] }
  const [only, ...others] = await candidates(work, sides, [3], 'prompt')
  expect(others).toEqual([])
  expect(only).toMatchObject({ position: null, layer: 3 })
})

it('is a method of a study and its positive control at once, and says so where the rule picked neither', async () => {
  const run = await runStudy(await planStudy(small), { model, store })
  const condition = (name: string) => run.result.conditions.find(one => one.name === name)
  const [method, check] = [condition('ablation'), condition('positive-control')]
  expect([method?.role, check?.role]).toEqual(['method', 'positive-control'])
  // One and the same edit, found once.
  expect(check?.vector).toBe(method?.vector)
  expect(check?.axes.control.state).toBe('broken')
  expect(method?.description).toMatch(/harmful and harmless prompts at layer \d, .*removed everywhere/)
  const fellBack = run.result.labels.filter(label => label.includes('published rule'))
  expect(fellBack.length).toBe(method?.description.includes('log-odds') ? 0 : 2)
  const [random, permuted] = [condition('random'), condition('permuted')]
  expect(new Set([method?.vector, random?.vector, permuted?.vector]).size).toBe(3)
  const [{ vector } = {}] = run.vectors
  expect(vector).toMatchObject({ edit: 'compound', provenance: { method: 'ablation' } })
  const again = await runStudy(await planStudy(small), { model, store })
  expect(again.reused.chunks).toBe(again.reused.of)
  expect(again.result.conditions).toEqual(run.result.conditions)
}, 120_000)
