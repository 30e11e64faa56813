/** An engine against the oracle at every site that a model has: what it is told to be, read, and edited. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Model, Site, SiteInfo, Steering, WhereInput } from '../../../src/engine/index.ts'
import type { ReferenceModel } from '../../reference/model.ts'
import { distance, PROMPTS, type Subject } from '../contract/subject.ts'
import { effectFloor, exact } from './text.ts'
import { edits, randomGates, randomVector } from './vectors.ts'

const items = PROMPTS.slice(0, 4).map((prompt, i) => ({ prompt, continuation: ` the answer is ${i}` }))

/**
 * @param sites those the family has
 * @param tolerance for a family with an operation that llama.cpp computes with fewer digits
 */
export function agreementAtPlaces(subject: () => Subject, sites: readonly Site[], tolerance = exact): void {
  let model: Model
  let reference: ReferenceModel
  beforeAll(async () => {
    ;({ model, reference } = await subject().pair())
  })
  const info = (site: Site): SiteInfo => {
    const found = model.info.sites.find(info => info.site === site)
    if (found === undefined) throw new Error(`no site ${site}`)
    return found
  }

  test('the sites found are those that the model is made of', () => {
    expect(model.info.sites.map(({ site }) => site)).toEqual(sites)
    const shape = ({ tensor: _, ...shape }: SiteInfo) => shape
    expect(model.info.sites.map(shape)).toEqual(reference.info.sites.map(shape))
  })

  describe.each(sites)('%s', site => {
    let size: number

    test('states are those of the oracle', async () => {
      const where = { site }
      const [found, expected] = await Promise.all(
        [model, reference].map(one => one.capture(PROMPTS, where, { reduce: 'none' })),
      )
      expect(found!.layers).toEqual(info(site).layers)
      expect(found!.width).toBe(info(site).width * info(site).heads)
      expect({ ...found, states: [] }).toEqual({ ...expected, states: [] })
      expectClose(found!.states, expected!.states, tolerance)
      size = lengthOf(expected!.states[0]![0]!, found!.width / info(site).heads)
      expect(size).toBeGreaterThan(1000 * exact)
    })

    test.each(edits)('%s at one layer and at all of them', async edit => {
      for (const layers of placesIn(info(site))) {
        const vector = randomVector(edit, { site, ...layers }, { width: info(site).width, size })
        await expectAgreement([{ vector, strength: 0.8 }])
      }
    })

    test.each(Object.keys(randomGates(1, 1)))('an edit gated by %s', async name => {
      const { width } = info(site)
      const gate = randomGates(width, size)[name]!
      await expectAgreement([{ vector: randomVector('add', { site }, { width, size }), gates: [gate] }])
    })
  })

  test('edits of two sites, and two of one row, in the order given', async () => {
    const terms = (['mlp', 'residual', 'residual'] as const).map((site, i) => {
      const edit = (['add', 'rotate', 'clamp'] as const)[i]!
      return {
        vector: randomVector(edit, { site, layers: [1, 2] }, { width: info(site).width, size: 8, seed: 40 + i }),
      }
    })
    const [forwards] = await expectAgreement(terms)
    const [backwards] = await expectAgreement(terms.toReversed())
    expect(Math.abs(forwards! - backwards!)).toBeGreaterThan(effectFloor(tolerance))
  })

  test('chosen heads, and no others', async () => {
    const { width, heads, layers } = info('head')
    const where = { site: 'head', layers: [layers[0]!], heads: [1, heads - 1] } as const
    await expectAgreement([{ vector: randomVector('add', where, { width, size: 3 }) }])
    const [all, chosen] = await Promise.all(
      [{ ...where, heads: undefined }, where].map(one => model.capture(PROMPTS, one, { reduce: 'last' })),
    )
    for (const [i, [state]] of chosen!.states.entries()) {
      const whole = all!.states[i]![0]!
      const expected = where.heads.flatMap(head => [...whole.slice(head * width, (head + 1) * width)])
      expect([...state!]).toEqual(expected)
    }
  })

  test.each(['twice', 'later-layers'] as const)('a condition on the prompt, decided %s', async pass => {
    const { width } = info('residual')
    const condition = randomVector('add', {}, { width, size: 1, seed: 61 })
    if (condition.edit !== 'add') throw new Error('no direction')
    const vector = randomVector('add', {}, { width, size: 5 })
    const decided = []
    for (const threshold of [-100, 0, 100]) {
      const gate = {
        kind: 'condition',
        where: { layers: [0, 1], tokens: { phase: 'prompt' } },
        directions: condition.directions,
        measure: 'projection',
        threshold,
        open: 'above',
        pass,
      } as const
      const steering: Steering = [{ vector, gates: [gate] }]
      const [found, expected] = await Promise.all(
        [model, reference].map(one => one.generate(PROMPTS, { steering, maxTokens: 6 })),
      )
      for (const [i, { trace }] of expected!.entries()) {
        const [gate, own] = [trace?.gates?.[0], found![i]?.trace?.gates?.[0]]
        expect(own?.open).toBe(gate?.open)
        expect(Math.abs((own?.value ?? 99) - (gate?.value ?? 0))).toBeLessThan(tolerance)
        decided.push(gate?.open)
      }
      expect(found!.map(({ tokens }) => tokens)).toEqual(expected!.map(({ tokens }) => tokens))
      const scores = [await model.score(items, { steering }), await reference.score(items, { steering })] as const
      expectScores(...scores)
    }
    expect(new Set(decided)).toEqual(new Set([true, false]))
  })

  /** Scores under steering; returns those of the oracle. */
  async function expectAgreement(steering: Steering): Promise<number[]> {
    const plain = await reference.score(items)
    const expected = await reference.score(items, { steering })
    expectScores(await model.score(items, { steering }), expected)
    // Steering that changes no score would make every comparison true.
    const changes = expected.map(({ logLikelihood }, i) => Math.abs(logLikelihood - plain[i]!.logLikelihood))
    expect(Math.max(...changes)).toBeGreaterThan(effectFloor(tolerance))
    return expected.map(({ logLikelihood }) => logLikelihood)
  }

  /** A sum over tokens: each of them within the tolerance. */
  function expectScores(
    found: readonly { logLikelihood: number; tokens: number }[],
    expected: readonly { logLikelihood: number; tokens: number }[],
  ): void {
    for (const [i, { logLikelihood, tokens }] of found.entries()) {
      expect(tokens).toBe(expected[i]!.tokens)
      expect(Math.abs(logLikelihood - expected[i]!.logLikelihood)).toBeLessThan(tolerance * tokens)
    }
  }
}

/** One layer in the middle, and all of them. */
function placesIn({ site, layers }: SiteInfo): WhereInput[] {
  return site === 'embedding' ? [{}] : [{ layers: [layers[Math.floor((layers.length - 1) / 2)]!] }, { layers: 'all' }]
}

function expectClose(
  found: readonly (readonly Float32Array[])[],
  expected: readonly (readonly Float32Array[])[],
  tolerance: number,
): void {
  for (const [i, layers] of expected.entries()) {
    for (const [k, rows] of layers.entries()) expect(distance(found[i]![k]!, rows)).toBeLessThan(tolerance)
  }
}

/** The length of a typical row. */
function lengthOf(values: Float32Array, width: number): number {
  return Math.hypot(...values) / Math.sqrt(values.length / width)
}
