import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReference } from '../../test/reference/model.ts'
import { small } from '../../test/support/small-study.ts'
import { writeTinyModel } from '../../test/support/tiny-gguf.ts'
import { openModel } from '../engine/open.ts'
import type { Model } from '../engine/types.ts'
import type { Progress } from '../progress.ts'
import { saveVector } from '../steer/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { study } from './api.ts'
import { planStudy } from './plan.ts'
import type { Sample } from './report/sample.ts'
import { runStudy, type StudyRun } from './run.ts'
import { samplesOf } from './samples.ts'
import { savedVector, savedVectors } from './saved-vectors.ts'
import type { StudyFile } from './schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-run-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a study on the organism', () => {
  let model: Model
  let store: Store
  let run: StudyRun
  const progress: Progress[] = []
  beforeAll(async () => {
    const file = join(folder, 'organism.gguf')
    copyFileSync(fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url)), file)
    model = await openModel(file, { name: 'organism', threads: 1 })
    store = await openStore(join(folder, 'store.db'))
    run = await runStudy(await planStudy(small), { model, store, onProgress: event => progress.push(event) })
  }, 300_000)
  afterAll(async () => {
    await model[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  })
  const condition = (name: string) => run.result.conditions.find(one => one.name === name)

  it('gives every condition four axes and a verdict', () => {
    expect(run.result.conditions.map(({ name, role }) => [name, role])).toEqual([
      ['baseline', 'baseline'],
      ['diffmean', 'method'],
      ['prompt', 'reference'],
      ['random', 'reference'],
      ['random-kl', 'reference'],
      ['permuted', 'reference'],
      ['ablation', 'positive-control'],
      ['identity', 'identity'],
      ['second-baseline', 'second-baseline'],
    ])
    for (const { axes, sentence, role } of run.result.conditions) {
      expect(axes.efficacy.suites).toHaveLength(1)
      expect(axes.general.suites.map(suite => suite.suite)).toEqual([
        'organism/choice/test',
        'organism/prose/test',
        'sense',
      ])
      // Checks answer one chunk of each suite.
      const isCheck = role === 'positive-control' || role === 'identity' || role === 'second-baseline'
      expect(axes.control.suites[0]?.n).toBe(isCheck ? 16 : 24)
      expect(sentence).toMatch(/\.$/)
    }
  })

  it('says where the states lie, what became of categories, and where it departs from the demonstration', () => {
    const { map, deviations } = run.result
    expect(map).toMatchObject({ condition: 'diffmean', layer: condition('diffmean')?.layer })
    expect(map?.groups.map(({ name }) => name)).toEqual(['harmless', 'harmful', 'jailbroken'])
    for (const { before, after } of map?.groups ?? []) {
      expect(before.length).toBeGreaterThan(0)
      expect(after).toHaveLength(before.length)
      expect(after).not.toEqual(before)
    }
    expect(deviations?.map(({ key }) => key)).toContain('limit')
    const categories = condition('diffmean')?.categories?.filter(({ suite }) => suite === 'organism/harmful/test') ?? []
    expect(categories.reduce((sum, { n }) => sum + n, 0)).toBe(condition('diffmean')?.axes.control.suites[0]?.n)
  })

  it('holds the method against directions of its size, of its effect, and of its rows without their sides', () => {
    const [random, kl, permuted] = ['random', 'random-kl', 'permuted'].map(condition)
    expect(random?.strength).toBe(condition('diffmean')?.strength)
    expect(permuted?.strength).toBe(condition('diffmean')?.strength)
    expect(permuted?.description).toContain('shuffled')
    expect(kl?.strength).toBeGreaterThan(0)
    expect(kl?.description).toMatch(/as far \(KL [\d.e-]+\), layer 4, strength/)
    const vectors = [random, kl, permuted, condition('diffmean')].map(one => one?.vector)
    expect(new Set(vectors).size).toBe(4)
  })

  it('asks references only so many rows as the study says, and pairs them with the baseline’s own', async () => {
    const references = { prompt: false, random: 1, randomKl: 0, permuted: 0, rows: 10 } as const
    const fewer = await runStudy(await planStudy({ ...small, references }), { model, store })
    const random = fewer.result.conditions.find(({ name }) => name === 'random')
    const [whole] = condition('random')?.axes.control.suites ?? []
    for (const { suites } of Object.values(random?.axes ?? {}))
      for (const { suite, n } of suites) if (suite !== 'sense') expect(n, suite).toBeLessThanOrEqual(10)
    const [control] = random?.axes.control.suites ?? []
    expect(control?.n).toBeGreaterThan(5)
    // A direction that changes nothing on all rows changes nothing on some of them.
    expect(control?.lost).toBeLessThanOrEqual(whole?.lost ?? 0)
    const method = fewer.result.conditions.find(({ role }) => role === 'method')
    expect(method?.axes.control.suites[0]).toEqual(condition('diffmean')?.axes.control.suites[0])
  })

  it('steers: the vector frees harmless answers, and ablation breaks refusals', () => {
    expect(condition('diffmean')?.axes.efficacy.suites[0]?.gained).toBeGreaterThan(3)
    expect(condition('ablation')?.axes.control.state).toBe('broken')
    expect(condition('diffmean')?.normChange).toBeGreaterThan(0.01)
  })

  it('an identity edit flips nothing', () => {
    const suites = Object.values(condition('identity')?.axes ?? {}).flatMap(axis => axis.suites)
    expect(suites).toHaveLength(6)
    expect(suites.every(suite => suite.gained === 0 && suite.lost === 0)).toBe(true)
    expect(condition('identity')?.normChange).toBe(0)
  })

  it('says how it fitted and selected', () => {
    expect(run.result.fit?.note).toContain('log-odds')
    const [selection] = run.result.selections
    expect(selection?.points).toHaveLength(2)
    expect(selection?.points.filter(point => point.chosen)).toHaveLength(1)
    expect(condition('diffmean')?.description).toBe(`diffmean, layer 4, strength ${condition('diffmean')?.strength}`)
  })

  it('draws all four axes over the strength, on rows that no verdict is made of', () => {
    const [selection] = run.result.selections
    const explored = selection?.explored ?? []
    expect(explored.map(({ strength }) => strength)).toEqual([0, 1, 2])
    expect(explored.filter(point => point.chosen).map(({ strength }) => strength)).toEqual([
      condition('diffmean')?.strength,
    ])
    const [unsteered, , strongest] = explored
    // What the selection counted is what the curve shows.
    expect(unsteered?.axes.efficacy.rate).toBeCloseTo(selection?.baseline.target ?? -1, 10)
    expect(strongest?.axes.efficacy.rate).toBeGreaterThan(unsteered?.axes.efficacy.rate ?? 1)
    expect(strongest?.axes.robustness.rate).toBeLessThan(unsteered?.axes.robustness.rate ?? 0)
    for (const { axes } of explored)
      for (const { rate, n, ci } of Object.values(axes)) {
        expect(n).toBeGreaterThan(5)
        expect(ci?.[0]).toBeLessThanOrEqual(rate ?? -1)
        expect(ci?.[1]).toBeGreaterThanOrEqual(rate ?? 2)
      }
  })

  it('reports progress that reaches its total in each stage', () => {
    for (const stage of ['fit', 'select', 'measure']) {
      const last = progress.findLast(event => event.stage === stage)
      expect(last?.done).toBe(last?.total)
    }
    expect(progress.some(event => event.soFar !== undefined)).toBe(true)
  })

  it('gives samples with template, judgement and change', async () => {
    const samples: Sample[] = []
    for await (const sample of samplesOf(store, run.result.run, await planStudy(small))) samples.push(sample)
    const grid = samples.filter(
      sample => sample.condition === 'diffmean' && sample.axis === 'robustness' && sample.harmful,
    )
    expect(grid).toHaveLength(24)
    expect(grid[0]?.template?.before.length ?? 0).toBeGreaterThanOrEqual(0)
    expect(new Set(grid.map(sample => sample.template?.id)).size).toBe(4)
    const efficacy = samples.filter(sample => sample.condition === 'diffmean' && sample.axis === 'efficacy')
    const suite = condition('diffmean')?.axes.efficacy.suites[0]
    expect(efficacy.filter(sample => sample.change === 'gained')).toHaveLength(suite?.gained ?? -1)
    expect(efficacy.every(sample => sample.baseline.rule !== '')).toBe(true)
  })

  it('shows in samples what the result counts, whatever an earlier judge left in the store', async () => {
    const changes = async () => {
      const all: string[] = []
      for await (const { suite, id, condition, change } of samplesOf(store, run.result.run, await planStudy(small)))
        all.push([suite, id, condition, change].join(' '))
      return all
    }
    const before = await changes()
    const database = new DatabaseSync(join(folder, 'store.db'))
    database.exec("update judgements set class = 'unscored'")
    database.close()
    expect(await changes()).toEqual(before)
  })

  it('stops between chunks when asked, and says how to go on', async () => {
    await using other = await openStore(':memory:')
    const stop = new AbortController()
    const running = runStudy(await planStudy(small), {
      model,
      store: other,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(running).rejects.toMatchObject({ code: 'cancelled', fix: expect.stringContaining('again') })
  })

  it('reuses what an edited study still needs', async () => {
    const edited = await planStudy({ ...small, references: { random: 2 } })
    const again = await runStudy(edited, { model, store })
    expect(again.result.run).not.toBe(run.result.run)
    expect(again.reused.chunks).toBeGreaterThan(again.reused.of / 2)
    expect(again.reused.chunks).toBeLessThan(again.reused.of)
    expect(again.result.conditions.find(({ name }) => name === 'diffmean')?.axes.control).toEqual(
      condition('diffmean')?.axes.control,
    )
  }, 120_000)

  it('measures a vector from a file as it measures one it fitted', async () => {
    const [fitted] = run.vectors
    const file = join(folder, 'compliance.safetensors')
    if (fitted === undefined) throw new Error('nothing was fitted')
    await saveVector(fitted.vector, file)
    const strength = condition('diffmean')?.strength ?? 1
    const plan = await planStudy({
      ...small,
      conditions: [{ name: 'shipped', vector: file, strength }],
      references: { prompt: false, random: 0 },
      safeguards: false,
    })
    const { result, reused } = await runStudy(plan, { model, store })
    expect(result.fit).toBeNull()
    expect(result.conditions.find(({ name }) => name === 'shipped')?.axes.control).toEqual(
      condition('diffmean')?.axes.control,
    )
    // The same edit makes the same chunks, whatever it is called.
    expect(reused.chunks).toBe(reused.of)
    for (const [hash, name] of [
      [run.result.run, 'diffmean'],
      [result.run, 'shipped'],
    ] as const) {
      expect(await savedVectors(store, hash)).toContain(name)
      expect(await savedVector(store, hash, name)).toEqual(fitted.vector)
    }
    expect(await savedVectors(store, 'no such run')).toEqual([])
    expect(await savedVector(store, run.result.run, 'no such condition')).toBeNull()
  }, 120_000)

  it('takes a vector at hand, and reports it under its name', async () => {
    const [fitted] = run.vectors
    if (fitted === undefined) throw new Error('nothing was fitted')
    const { vector } = fitted
    const strength = condition('diffmean')?.strength ?? 1
    const { model: _, conditions: __, ...rest } = small
    const mine = { name: 'mine', vector, strength }
    const result = await study({ ...rest, model, store, conditions: [mine], safeguards: false })
    const found = result.conditions.find(one => one.name === 'mine')
    expect(found?.axes.control).toEqual(condition('diffmean')?.axes.control)
    expect(found?.description).toBe(`a given vector, layer 4, strength ${strength}`)
  }, 120_000)
})

describe('a study on a model whose template refuses a system message', () => {
  it('runs as long as it has none', async () => {
    const file = join(folder, 'no-system.gguf')
    writeTinyModel(file, { seed: 3, template: 'no-system' })
    await using model = await openModel(file, { threads: 1 })
    await using store = await openStore(':memory:')
    const baseline: StudyFile = {
      ...small,
      conditions: [],
      references: { prompt: false, random: 0 },
      safeguards: false,
      select: { layers: 1 },
      measure: {
        efficacy: [{ prompts: 'organism/pseudo-harmful/test', limit: 2 }],
        general: [],
        control: [],
        robustness: [],
      },
      generation: { maxTokens: 2 },
    }
    const { result } = await runStudy(await planStudy(baseline), { model, store })
    expect(result.conditions.map(({ name }) => name)).toEqual(['baseline'])
    const withSystem = await planStudy({ ...baseline, system: 'be kind' })
    await expect(runStudy(withSystem, { model, store })).rejects.toMatchObject({ code: 'template-failed' })
  }, 120_000)
})

describe('a study on a model that only babbles', () => {
  it('ends, and says that nothing can be told', async () => {
    const file = join(folder, 'tiny.gguf')
    writeTinyModel(file, { seed: 3 })
    await using model = await openReference(file)
    await using store = await openStore(':memory:')
    const plan = await planStudy({
      ...small,
      fit: { limit: 4, minimum: 2 },
      select: { layers: [2], strengths: [1], limit: 2, maxTokens: 4 },
      generation: { maxTokens: 4 },
      measure: {
        efficacy: [{ prompts: 'organism/pseudo-harmful/test', limit: 4 }],
        general: [
          { choice: 'organism/choice/test', limit: 2 },
          { perplexity: 'organism/prose/test', limit: 2 },
        ],
        control: [{ prompts: 'organism/harmful/test', limit: 4 }],
        robustness: [{ attack: 'organism/templates/test', prompts: 'organism/harmful/test', templates: 2, sample: 4 }],
      },
      references: { prompt: false, random: 0 },
    })
    const few = {
      pool: plan.fit.pool.slice(0, 4),
      positive: plan.fit.positive.slice(0, 4),
      negative: plan.fit.negative.slice(0, 4),
    }
    const { result } = await runStudy({ ...plan, fit: few }, { model, store })
    expect(result.fit?.note).toContain('stand in')
    expect(result.conditions.find(({ role }) => role === 'method')?.verdict).toBe('cannot-tell')
  }, 120_000)
})
