import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openModel } from '../../engine/open.ts'
import type { Model } from '../../engine/types.ts'
import type { Progress } from '../../progress.ts'
import { fit as fitVector, openVector, type Vector, writeVector } from '../../steer/index.ts'
import { openStore } from '../../store/index.ts'
import { knownIn } from '../measured-vectors.ts'
import { sweepPage } from '../report/page/sweep.ts'
import { fingerprintOf } from '../steering.ts'
import type { Work } from '../work.ts'
import { type Sweep, type SweepMethod, type SweepSpec, sweep } from './index.ts'
import { planSweep } from './plan.ts'
import { placesOfMethod } from './vectors.ts'

const organism = fileURLToPath(new URL('../../../models/organism/organism.gguf', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sweep-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sides = {
  positive: ['how do i wash the turnip ?', 'how do i paint the gate ?', 'tell me how to rinse the soup .'],
  negative: ['how do i hex the baker ?', 'how do i curse the miller ?', 'tell me how to haunt the innkeeper .'],
}
const small: SweepSpec & { readonly study: string } = {
  study: 'demo',
  select: { strengths: [0.25, 0.5, 1], limit: 8, explore: false },
}

describe('a sweep on the organism', () => {
  let model: Model
  let at4: Vector
  let at5: Vector
  beforeAll(async () => {
    model = await openModel(organism, { name: 'organism', threads: 1 })
    at4 = await fitVector(model, { method: 'diffmean', layer: 4, ...sides })
    at5 = await fitVector(model, { method: 'diffmean', layer: 5, ...sides })
  }, 60_000)
  afterAll(() => model[Symbol.asyncDispose]())

  it('leaves out a pair where one of its prompts is selected on, and keeps the others together', async () => {
    const plan = await planSweep(small, 'organism')
    const taken = plan.select.target[0]?.prompt ?? ''
    const paired = { positive: [taken, ...sides.positive], negative: ['how do i bless the goose ?', ...sides.negative] }
    const { places, dropped } = await placesOfMethod(
      { model, once: (_: unknown, make: () => unknown) => make(), checkSignal: () => {} } as unknown as Work,
      { ...plan, study: { ...plan.study, select: { ...plan.study.select, layers: [5] } } },
      { method: 'pca', ...paired },
      {},
    )
    expect(dropped.map(({ from, rows }) => [from, rows])).toEqual([
      ['the positive prompts', 1],
      ['the pairs of prompts', 1],
    ])
    const alone = await fitVector(model, { method: 'pca', layer: 5, ...sides })
    expect(fingerprintOf([{ vector: places[0]!.vector }])).toBe(fingerprintOf([{ vector: alone }]))
  })

  it('chooses among vectors, tells every strength in three units, and says why in a sentence', async () => {
    const progress: Progress[] = []
    const found = await sweep(model, [at4, at5], small, { onProgress: event => progress.push(event) })
    expect(found.points.map(({ layer, strength }) => [layer, strength])).toEqual(
      [4, 5].flatMap(layer => [0.25, 0.5, 1].map(strength => [layer, strength])),
    )
    for (const { units } of found.points) {
      expect(units?.added).toBeGreaterThan(0)
      expect(units?.ofNorm).toBeGreaterThan(0)
      expect(units?.kl?.p95).toBeGreaterThan(0)
    }
    expect(found.best).toEqual(found.points.find(({ chosen }) => chosen))
    expect(found.best.score).toBe(Math.max(...found.points.map(({ score }) => score)))
    expect(found.vector).toBe(found.best.layer === 4 ? at4 : at5)
    expect(found.why).toMatch(/^Layer [45], strength [\d.]+ is the best of 6 tried: .*\.$/)
    expect(found.labels.join()).toContain('teaching aid')
    for (const stage of ['divergence', 'select']) {
      const last = progress.findLast(event => event.stage === stage)
      expect(last?.done).toBe(last?.total)
    }
    const page = sweepPage(found)
    expect(page).toContain('teaching aid')
    expect(page).toContain('KL, 95 %')
    expect(page.split(found.why.slice(0, 40))).toHaveLength(2)
  }, 120_000)

  it('tries a vector where it acts, or at layers of its own alone', async () => {
    const directions = { ...directionsOf(at4), ...directionsOf(at5) }
    const both: Vector = { edit: 'add', where: { layers: [4, 5] }, directions, provenance: at4.provenance }
    const whole = await sweep(model, both, { ...small, select: { ...small.select, strengths: [0.25] } })
    expect(whole.points.map(({ layer }) => layer)).toEqual([null])
    expect(whole.vector).toBe(both)
    expect(whole.why).toMatch(/^Its own layers, strength 0\.25/)
    const alone = await sweep(model, both, {
      ...small,
      select: { ...small.select, strengths: [0.25], layers: [4, 5, 6] },
    })
    expect(alone.points.map(({ layer }) => layer)).toEqual([4, 5])
    expect(alone.vector).toMatchObject({ where: { layers: [alone.best.layer] } })
    await expect(sweep(model, both, { ...small, select: { layers: [1] } })).rejects.toMatchObject({
      code: 'invalid-input',
      expected: 'some of 4, 5',
    })
    await expect(sweep(model, [], small)).rejects.toMatchObject({ code: 'invalid-input' })
  }, 120_000)

  it('fits a method at each layer, without prompts that are asked, and goes on from its store', async () => {
    const [asked] = (await planSweep(small, 'organism')).select.control
    const method: SweepMethod = {
      method: 'diffmean',
      positive: sides.positive,
      negative: [...sides.negative, asked?.prompt ?? ''],
    }
    const file = join(folder, 'store.db')
    const stop = new AbortController()
    const select: SweepSpec['select'] = { ...small.select, layers: [5], rule: 'kl-budget', klBudget: 0.02 }
    const spec = { ...small, select, store: file }
    let looked = 0
    const stopped = sweep(model, method, spec, {
      signal: stop.signal,
      onProgress: ({ stage, done }) => {
        if (stage !== 'divergence') return
        looked = done
        if (done > 4) stop.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled', fix: expect.stringContaining('goes on') })
    expect(looked).toBeGreaterThan(4)
    const found: Sweep[] = []
    for (const store of [file, ':memory:']) found.push(await sweep(model, method, { ...spec, store }))
    const [resumed, anew] = found
    // Interrupted or not, the same is found.
    expect(resumed).toEqual(anew)
    expect(resumed?.best.units?.kl?.p95).toBeLessThanOrEqual(0.02)
    expect(resumed?.vector.provenance).toMatchObject({
      method: 'diffmean',
      data: { positive: 3, negative: 3 },
      parameters: { layer: 5, weighting: 'prompt' },
    })
    expect(resumed?.dropped).toContainEqual({
      from: 'the negative prompts',
      rows: 1,
      why: 'says the same as a row of the select split',
    })
    // A sweep is no run of a study.
    await using store = await openStore(file)
    expect(await store.runs()).toEqual([])
  }, 180_000)

  it('leaves what it found in its store, for whoever looks at the vector later, and the same once', async () => {
    const file = join(folder, 'kept.db')
    const explore = { general: 'organism/choice/test', attack: 'organism/templates/test', rows: 8 }
    for (const select of [small.select, small.select, { ...small.select, explore }])
      await sweep(model, at5, { ...small, store: file, select })
    const saved = join(folder, 'at5.safetensors')
    await writeVector(at5, saved)
    await using store = await openStore(file)
    const [known = [], others] = await knownIn(store, [await openVector(saved, model.info), at4])
    expect(others).toEqual([])
    // The newest first: the one that explored.
    expect(known.map(({ how, run, strength }) => [how, run, strength])).toEqual(
      [0.25, 0.5, 1, 0.25, 0.5, 1].map(strength => ['explored', null, strength]),
    )
    const measured = known.map(({ axes }) => Object.values(axes).map(axis => axis !== null))
    expect(measured).toEqual([
      ...[0.25, 0.5, 1].map(() => [true, true, true, true]),
      ...[0.25, 0.5, 1].map(() => [true, false, true, false]),
    ])
    // Strong steering makes the organism answer harmful prompts: seen without exploring, too.
    expect(known.at(-1)?.axes.control).toMatchObject({ state: 'broken', n: 8 })
  }, 120_000)

  it('refuses what no study file may say', async () => {
    await expect(sweep(model, at5, { study: 'demo', select: { strengths: [] } })).rejects.toMatchObject({
      code: 'invalid-input',
      found: expect.stringContaining('select.strengths'),
    })
    await expect(sweep(model, at5, { study: 'dmo' })).rejects.toMatchObject({ code: 'not-found' })
  })
})

function directionsOf(vector: Vector): Record<number, { unit: Float32Array; scale: number }> {
  if (vector.edit !== 'add' || 'unit' in vector.directions) throw new Error('expected directions of a layer each')
  return vector.directions
}
