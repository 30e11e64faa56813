import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openModel } from '../engine/open.ts'
import type { Model, Steering } from '../engine/types.ts'
import { fitMethod } from '../steer/index.ts'
import { openStore, type Store } from '../store/index.ts'
import type { Place, Selecting } from './candidates.ts'
import { loadStudy } from './config.ts'
import { Harmless } from './harmless/index.ts'
import { candidateLayers } from './layers.ts'
import { type Plan, planStudy } from './plan.ts'
import type { Rule } from './schema.ts'
import { bestPoint, selectPoint } from './select.ts'
import { Work } from './work.ts'

const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))

describe('the chosen point', () => {
  const point = (layer: number, strength: number, score: number) => ({ layer, strength, score })

  it('has the highest score; of equals the smaller strength, then the earlier layer', () => {
    expect(bestPoint([point(1, 4, 0.5), point(2, 1, 0.7), point(3, 2, 0.6)])).toEqual(point(2, 1, 0.7))
    expect(bestPoint([point(1, 4, 0.5), point(3, 1, 0.5), point(2, 1, 0.5)])).toEqual(point(2, 1, 0.5))
  })
})

describe('candidate layers', () => {
  it('are spread over the middle of any model', () => {
    expect(candidateLayers({ layers: 5 }, 30)).toEqual([7, 11, 15, 19, 23])
    expect(candidateLayers({ layers: 1 }, 8)).toEqual([4])
    expect(candidateLayers({ layers: 50 }, 8)).toEqual([2, 3, 4, 5, 6])
  })

  it('are those that are named', () => {
    expect(candidateLayers({ layers: [5, 2, 5] }, 8)).toEqual([2, 5])
    expect(candidateLayers({ layers: { from: 1, to: 6, step: 2 } }, 8)).toEqual([1, 3, 5])
    expect(() => candidateLayers({ layers: [8] }, 8)).toThrow(expect.objectContaining({ expected: '0 to 7' }))
  })
})

describe('rules on the organism', () => {
  let model: Model
  let store: Store
  let plan: Plan
  let work: Work
  let places: Place[]
  beforeAll(async () => {
    model = await openModel(organism, { threads: 1 })
    store = await openStore(':memory:')
    work = await Work.start({ model, store, run: null, signal: undefined })
    plan = await planStudy({ study: 'demo', select: { limit: 12 } })
    const prompts = (rows: readonly { readonly prompt: string }[]) => rows.slice(0, 24).map(row => row.prompt)
    const { positive, negative } = plan.fit
    const spec = { positive: prompts(positive), negative: prompts(negative), layers: [4, 5] }
    const vectors = await fitMethod(model, { method: 'diffmean', ...spec })
    places = [...vectors].map(([layer, vector]) => {
      return { layer, steeringAt: strength => [{ vector, strength }] }
    })
  }, 60_000)
  afterAll(async () => {
    await model[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  })

  /** One direction, at each of two layers. */
  async function selected(
    rule: Rule,
    klBudget: number,
    { efficacy = 0.8, ...more }: Partial<Selecting<Place>> & { readonly efficacy?: number } = {},
    explored = plan.explored,
  ) {
    const study = { ...plan.study, select: { ...plan.study.select, klBudget, efficacy } }
    let looked = 0
    const { selection, place, strength } = await selectPoint(
      work,
      { ...plan, study, explored },
      {
        condition: 'mine',
        places,
        strengths: [0.25, 0.5, 1, 2],
        rule,
        divergence: 'of the chosen',
        onRows: () => {},
        onLooked: count => {
          looked += count
        },
        ...more,
      },
    )
    return {
      selection,
      place,
      strength,
      looked,
      kl: async (steering: Steering) => new Harmless(work, plan).kl([steering]),
    }
  }

  it('the paper’s rule tells the divergence of what it chose, and of every point where that is asked for', async () => {
    const { selection, looked } = await selected('target-minus-control', 1, {}, [])
    const told = selection.points.filter(({ units }) => units?.kl != null)
    expect(told).toEqual(selection.points.filter(({ chosen }) => chosen))
    expect(selection.points.every(({ units }) => (units?.added ?? 0) > 0 && (units?.ofNorm ?? 0) > 0)).toBe(true)
    expect(selection.budget).toBeUndefined()
    expect(looked).toBe(0)
    const all = await selected('target-minus-control', 1, { divergence: 'of every point' }, [])
    expect(all.selection.points.map(({ units }) => units?.kl?.p95 ?? -1).every(p95 => p95 > 0)).toBe(true)
    expect(all.selection.points.map(({ chosen }) => chosen)).toEqual(selection.points.map(({ chosen }) => chosen))
    expect(all.looked).toBe(8)
  })

  it('says how many others one prompt would have had chosen', async () => {
    const { selection } = await selected('target-minus-control', 1, {}, [])
    const best = selection.points.find(({ chosen }) => chosen)
    const prompts = Math.min(selection.n.target, selection.n.control)
    const lost = selection.points.filter(point => point !== best).map(({ score }) => (best?.score ?? 0) - score)
    const close = lost.filter(points => Math.round(points * prompts) <= 1).length
    const said =
      { 0: '%.', 1: 'Another is within one prompt of it.' }[close] ?? `${close} others are within one prompt of it.`
    expect(selection.why).toContain(said)
  })

  it('the best within the budget is chosen, and the sentence says what would have been without', async () => {
    const free = await selected('target-minus-control', 1, { divergence: 'of every point' }, [])
    const divergences = free.selection.points.map(({ units }) => units?.kl?.p95 ?? Number.NaN)
    const atBest = free.selection.points.find(({ chosen }) => chosen)?.units?.kl?.p95 ?? Number.NaN
    // A budget that the best of all does not keep to, and others do.
    const budget = Math.max(...divergences.filter(p95 => p95 < atBest))
    const { selection } = await selected('both', budget, {}, [])
    const within = selection.points.filter(({ units }) => (units?.kl?.p95 ?? Number.NaN) <= budget)
    const chosen = selection.points.find(point => point.chosen)
    expect(within.length).toBeLessThan(selection.points.length)
    expect(chosen?.score).toBe(Math.max(...within.map(({ score }) => score)))
    expect(within).toContain(chosen)
    expect(selection.budget?.looked).toHaveLength(8)
    expect(selection.why).toMatch(
      new RegExp(`the ${within.length} of 8 tried .*; without the budget it would have been layer`),
    )
    // With a budget that everything keeps to, it is the paper's rule.
    const wide = await selected('both', 100, {}, [])
    expect(wide.selection.points.map(point => point.chosen)).toEqual(free.selection.points.map(point => point.chosen))
  })

  it('the largest strength within the budget is found at each layer, and explored among the grid', async () => {
    const free = await selected('target-minus-control', 1, { divergence: 'of every point' }, [])
    const at = (layer: number, strength: number) =>
      free.selection.points.find(point => point.layer === layer && point.strength === strength)?.units?.kl?.p95 ?? 0
    const budget = (at(5, 0.5) + at(5, 1)) / 2
    const found = await selected('kl-budget', budget)
    const { points, explored = [], budget: told, why } = found.selection
    expect(points.map(({ layer }) => layer)).toEqual([4, 5])
    const atFive = points.find(({ layer }) => layer === 5)
    expect(atFive?.strength).toBeGreaterThan(0.5)
    expect(atFive?.strength).toBeLessThan(1)
    for (const { units, layer, strength } of points) {
      expect(units?.kl?.p95).toBeLessThanOrEqual(budget)
      const beyond = told?.looked.filter(one => one.layer === layer && one.strength > strength).map(({ kl }) => kl.p95)
      expect(Math.min(...(beyond ?? []))).toBeGreaterThan(budget)
    }
    expect(found.looked).toBe(told?.looked.length)
    const [kl] = await found.kl(found.place.steeringAt(found.strength))
    expect(kl).toEqual(points.find(({ chosen }) => chosen)?.units?.kl)
    expect(explored.map(({ strength }) => strength)).toEqual(
      [0, 0.25, 0.5, 1, 2, found.strength].toSorted((a, b) => a - b),
    )
    expect(explored.filter(({ chosen }) => chosen).map(({ strength }) => strength)).toEqual([found.strength])
    expect(why).toMatch(/^Layer \d, strength [\d.]+ is the largest strength there within the KL budget/)
  })

  it('matched efficacy takes the smallest strength at each layer that answers enough, and of these the best', async () => {
    const free = await selected('target-minus-control', 1, {}, [])
    const shares = free.selection.points.map(({ target }) => target)
    const wanted = shares.toSorted((a, b) => a - b)[Math.floor(shares.length / 2)] ?? 0
    const { selection } = await selected('matched-efficacy', 1, { efficacy: wanted }, [])
    const least = [4, 5].flatMap(layer => {
      const reaching = selection.points.filter(point => point.layer === layer && point.target >= wanted)
      return reaching.toSorted((a, b) => a.strength - b.strength).slice(0, 1)
    })
    const chosen = selection.points.find(point => point.chosen)
    expect(least).toContain(chosen)
    expect(chosen?.score).toBe(Math.max(...least.map(({ score }) => score)))
    expect(selection.budget).toBeUndefined()
    expect(selection.why).toContain('the smallest strengths at each layer that answer at least')
    const none = await selected('matched-efficacy', 1, { efficacy: 1, strengths: [0.01] }, [])
    expect(none.selection.points.find(point => point.chosen)?.target).toBe(
      Math.max(...none.selection.points.map(({ target }) => target)),
    )
    expect(none.selection.why).toContain('none of which reaches 100 % of the target prompts')
  })

  it('nothing within the budget is an error that says how near it was', async () => {
    const narrow = { strengths: [1, 2] }
    await expect(selected('both', 1e-9, narrow, [])).rejects.toMatchObject({
      code: 'invalid-input',
      found: expect.stringMatching(/^[\d.e-]+ nats at the least, at layer \d, strength 1$/),
      fix: expect.stringContaining('select.klBudget'),
    })
    await expect(selected('kl-budget', 1e-12, narrow, [])).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('a rule that needs harmless text is told of its want before anything runs', async () => {
    const none = { pool: 'organism/pseudo-harmful/fit', keep: 'all' } as const
    const loaded = loadStudy({ study: 'demo', select: { rule: 'both' } })
    const study = { ...loaded.study, safeguards: false, fit: { ...loaded.study.fit, ...none, positive: undefined } }
    await expect(planStudy({ ...loaded, study })).rejects.toMatchObject({
      code: 'invalid-input',
      found: 'no row under fit.positive',
    })
  })
})
