/** Studies of several methods, of every kind of edit, and of methods that a user brings. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { small } from '../../test/support/small-study.ts'
import { openModel } from '../engine/open.ts'
import type { Model } from '../engine/types.ts'
import { directionAt, loadVector, saveVector } from '../steer/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { measuredIn } from './measured-vectors.ts'
import { planStudy } from './plan.ts'
import { runStudy } from './run.ts'
import type { StudyFile } from './schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-methods-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))

describe('methods of a study on the organism', () => {
  let model: Model
  let store: Store
  beforeAll(async () => {
    model = await openModel(organism, { name: 'organism', threads: 1 })
    store = await openStore(join(folder, 'store.db'))
  })
  afterAll(async () => {
    await model[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  })

  it('fits a method at the layers that its own conditions name: cast cannot act as early as another may', async () => {
    const conditions = [
      { method: 'diffmean', layer: 0, strength: 1 },
      { method: 'cast', layer: 5, strength: 1 },
    ] as const
    const references = { prompt: false, random: 0, randomKl: 0, permuted: 0 } as const
    const plan = await planStudy({ ...small, conditions: [...conditions], references, safeguards: false, limit: 4 })
    const { vectors } = await runStudy(plan, { model, store })
    expect(vectors.map(({ vector }) => vector.provenance.parameters)).toMatchObject([{ layer: 0 }, { layer: 5 }])
  })

  it('measures several methods in one study, each selected for itself', async () => {
    const conditions = [
      { method: 'pca' },
      { method: 'linear-probe' },
      { method: 'partial-or', name: 'half', parameters: { lambda: 0.5 } },
      { method: 'ssv', parameters: { epochs: 2, learningRate: 0.05, answerTokens: 8 } },
      { method: 'loreft', parameters: { epochs: 2, rank: 2, answerTokens: 8 } },
      { method: 'diffmean', parameters: { constrained: true } },
    ] as const
    const references = { prompt: false, random: 0, randomKl: 0, permuted: 1 } as const
    const several = await runStudy(
      await planStudy({ ...small, conditions: [...conditions], references, safeguards: false }),
      {
        model,
        store,
      },
    )
    const methods = several.result.conditions.filter(({ role }) => role === 'method')
    const names = ['pca', 'linear-probe', 'half', 'ssv', 'loreft', 'diffmean constrained']
    expect(methods.map(({ name }) => name)).toEqual(names)
    expect(methods[2]?.description).toMatch(/^partial-or \(lambda 0\.5\), layer 4/)
    expect(new Set(methods.map(({ vector }) => vector)).size).toBe(6)
    expect(methods[5]?.description).toMatch(/^diffmean \(constrained\), layer 4/)
    expect(several.result.fit?.note).toMatch(/Constrained: \d+ harmful/)
    expect(several.result.selections.map(one => one.condition)).toEqual(names)
    expect(several.result.fit?.method).toBe('pca, linear-probe, partial-or, ssv, loreft, diffmean')
    const fittedBy = several.vectors.map(({ vector }) => vector.provenance.method)
    expect(fittedBy).toEqual(['pca', 'linear-probe', 'partial-or', 'ssv', 'loreft', 'diffmean'])
    // Each says what it was fitted on itself, not what others were.
    const [plain, , , , , constrained] = several.vectors.map(({ vector }) => vector.provenance)
    expect(plain?.note).toMatch(/Positives: (?!.*Constrained)/)
    expect(constrained?.note).toMatch(/Positives: .*Constrained: \d+ harmful/)
    expect(constrained?.data.positive).toBeGreaterThan(plain?.data.positive ?? Infinity)
    const hashes = several.vectors.map(({ vector }) => vector.provenance.data.sha256)
    // Contrast set alone; with what is to be left alone beside it; with answers; with other rows.
    expect(new Set(hashes).size).toBe(4)
    // What answers harmless questions is the same direction, however it is found.
    expect(methods[0]?.axes.efficacy.suites[0]?.gained).toBeGreaterThan(3)
  })

  it.each(['ace', 'iti', 'angular', 'cast'] as const)('measures %s: another edit than an addition', async method => {
    const references = { prompt: false, random: 1, randomKl: 1, permuted: 1 } as const
    const planned: StudyFile = { ...small, conditions: [{ method }], references }
    const measured = await runStudy(await planStudy(planned), { model, store })
    const conditions = new Map(measured.result.conditions.map(one => [one.name, one]))
    const found = [method, 'random', 'permuted'].map(name => conditions.get(name)?.vector)
    // The edit, the same along other directions, and that of rows without their sides: three different ones.
    expect(new Set(found).size).toBe(3)
    expect(found).not.toContain(undefined)
    // What is added as strongly as moves the model as far does, whatever the method's own edit is.
    const [, wanted = ''] = /\(KL ([^)]+)\)/.exec(conditions.get('random-kl')?.description ?? '') ?? []
    expect(Number(wanted)).toBeGreaterThan(0)
    const idle = Object.values(conditions.get('identity')?.axes ?? {}).flatMap(axis => axis.suites)
    expect(idle.map(({ lost, gained }) => lost + gained).every(flips => flips === 0)).toBe(true)
    // The vector does from its file what it did in the study.
    const [{ vector } = { vector: undefined }] = measured.vectors
    const file = join(folder, `${method}.safetensors`)
    await saveVector(vector!, file)
    const strength = conditions.get(method)?.strength ?? 0
    const [kept] = ((await measuredIn(store, [await loadVector(file, model.info)]))[0] ?? []).filter(
      one => one.condition === method,
    )
    expect(kept).toMatchObject({ strength })
    // How often a condition is met stands beside the choice.
    const [selection] = measured.result.selections
    expect(selection?.why.includes('Its condition is met by')).toBe(method === 'cast')
  })

  it('goes on where shuffled sides give no vector', async () => {
    const references = { prompt: false, random: 0, randomKl: 0, permuted: 3 } as const
    // By its seed one of the draws leaves no layer to a selective rotation.
    const conditions = [{ method: 'angular', layer: 4, strength: 2, parameters: { selective: true } }] as const
    const planned: StudyFile = { ...small, conditions: [...conditions], references, safeguards: false }
    const { result } = await runStudy(await planStudy(planned), { model, store })
    const told = result.conditions.filter(({ role }) => role === 'reference').map(one => one.description)
    expect(told).toHaveLength(3)
    expect(told).toContain('nothing that shuffled sides give at one layer')
  })

  it('tells how far a training is, and stops in it with the way to go on', async () => {
    const stop = new AbortController()
    const told: string[] = []
    const trained: StudyFile = {
      ...small,
      conditions: [{ method: 'ssv', parameters: { epochs: 500, answerTokens: 8 } }],
    }
    const stopped = runStudy(await planStudy(trained), {
      model,
      store,
      signal: stop.signal,
      onProgress: ({ detail = '' }) => {
        if (!detail.startsWith('ssv step')) return
        told.push(detail)
        if (told.length === 3) stop.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled', fix: expect.stringContaining('same command') })
    expect(told[0]).toMatch(/^ssv step 1 of \d+ loss \d\.\d{3}$/)
    expect(told.length).toBeLessThan(20)
  })

  it('fits a method of one’s own beside the others, and again where the module was changed', async () => {
    const file = join(folder, 'halfway.ts')
    const module = (factor: string) => `
      const mean = rows => rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length)
      export default {
        name: 'halfway',
        formula: 'w = factor·(mean(h⁺) − mean(h⁻))',
        defaults: { factor: ${factor} },
        direction: ({ target: { positive, negative } }, { parameters }) => {
          const [up, down] = [positive, negative].map(side => mean(side.map(([row]) => Array.from(row))))
          return up.map((value, i) => parameters.factor * (value - down[i]))
        },
      }`
    writeFileSync(file, module('0.5'))
    const references = { prompt: false, random: 0, randomKl: 0, permuted: 0 } as const
    const conditions = [{ method: 'diffmean' }, { method: file }] as const
    const own: StudyFile = { ...small, conditions: [...conditions], references, safeguards: false }
    const fits = async () => {
      const { result, vectors } = await runStudy(await planStudy(own), { model, store })
      const [plain, half] = vectors.map(({ vector }) => directionAt(vector, 4))
      const [, condition] = result.conditions.filter(({ role }) => role === 'method')
      return { run: result.run, name: condition?.name, ratio: half!.scale / plain!.scale, method: result.fit?.method }
    }
    const first = await fits()
    expect(first).toMatchObject({ name: 'halfway', method: 'diffmean, halfway.ts' })
    expect(first.ratio).toBeCloseTo(0.5, 4)
    writeFileSync(join(folder, 'halfway-2.ts'), module('0.25'))
    own.conditions = [{ method: 'diffmean' }, { method: join(folder, 'halfway-2.ts'), name: 'halfway' }]
    const second = await fits()
    expect(second.ratio).toBeCloseTo(0.25, 4)
    expect(second.run).not.toBe(first.run)
  })
})
