/**
 * Row i of every site's tensor is token i of the batch, in every family: with windows, experts and recurrent states, in
 * prompts of several pieces and in batches of many sequences, and on the last layer, where some tensors hold only the rows
 * whose logits are wanted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Generation, Model, Request } from '../../src/engine/types.ts'
import type { Site, WhereInput } from '../../src/engine/where.ts'
import { familyNames } from '../support/families/index.ts'
import { randomUnit } from '../support/random.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { distance } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
/** A token for each character. */
const text = 'qxjzvkwqzkvxjwqkzv'

describe.each(familyNames)('%s', family => {
  let model: Model
  beforeAll(async () => {
    const file = join(folder, `${family}.gguf`)
    writeTinyModel(file, { family, contextLength: 2048 })
    model = await openModel(file, { threads: 1, cache: 'f32', flashAttention: 'off' })
  })
  afterAll(() => model[Symbol.asyncDispose]())

  const sites = () =>
    model.info.sites.flatMap(({ site, layers }) => [layers[0] ?? 0, layers.at(-1) ?? 0].map(layer => ({ site, layer })))
  const clause = (site: Site, layer: number): WhereInput => ({ site, ...(site !== 'embedding' && { layers: [layer] }) })

  test('a prompt read whole has, in each row, the state it has at the end of a shorter prompt', async () => {
    expect((await model.render({ raw: text })).tokens).toHaveLength(text.length + 1)
    const ends = [3, 11, text.length]
    for (const { site, layer } of sites()) {
      const where = clause(site, layer)
      const { states, width, positions } = await model.capture([{ raw: text }], where, { reduce: 'none' })
      expect(positions[0]).toHaveLength(text.length)
      const shorter = await model.capture(
        ends.map(end => ({ raw: text.slice(0, end) })),
        where,
        { reduce: 'last' },
      )
      for (const [i, end] of ends.entries()) {
        const row = states[0]?.[0]?.subarray((end - 1) * width, end * width) ?? []
        expect(distance(row, shorter.states[i]?.[0] ?? [])).toBeLessThan(1e-3)
      }
    }
  })

  test('a prompt of three pieces has the states of its pieces at their places', async () => {
    const long = text.repeat(70).slice(0, 1200)
    const { site, layer } = { site: 'residual' as const, layer: 2 }
    const { states, width } = await model.capture([{ raw: long }], clause(site, layer), { reduce: 'none' })
    const ends = [500, 513, 1100]
    const shorter = await model.capture(
      ends.map(end => ({ raw: long.slice(0, end) })),
      clause(site, layer),
      { reduce: 'last' },
    )
    for (const [i, end] of ends.entries()) {
      const row = states[0]?.[0]?.subarray((end - 1) * width, end * width) ?? []
      expect(distance(row, shorter.states[i]?.[0] ?? [])).toBeLessThan(1e-3)
    }
  })

  test('steering at each site, side by side with others, is what it is alone', async () => {
    const requests = sites().map(({ site, layer }, i): Request => {
      const { width = 0 } = model.info.sites.find(info => info.site === site) ?? {}
      const where = { ...clause(site, layer), tokens: { phase: i % 2 === 0 ? 'all' : 'generated' } } as const
      const vector = { edit: 'add', where, directions: { unit: randomUnit(width, i + 1), scale: 20 } } as const
      return { prompt: { raw: text.slice(0, 4 + i) }, maxTokens: 6 + i, steering: [{ vector }] }
    })
    const mixed = requests.flatMap((request, i) => [request, { prompt: { raw: `${text}${i}` }, maxTokens: 5 }])
    // Some families are so sure of their first token that only the others tell.
    const sampling = { logProbabilities: 3 }
    const together = await model.generate(mixed, { slots: 5, sampling })
    const likely = (answer?: Generation) =>
      answer?.probabilities?.flatMap(({ top }) => top.map(({ logProbability }) => logProbability)) ?? []
    for (const [i, request] of mixed.entries()) {
      const [alone] = await model.generate([request], { sampling })
      expect(together[i]?.tokens).toEqual(alone?.tokens)
      expect(distance(likely(together[i]), likely(alone))).toBeLessThan(1e-3)
      const counted = (answer = together[i]) => answer?.trace?.layers.map(({ layer, tokens }) => [layer, tokens])
      expect(counted()).toEqual(counted(alone))
    }
    // Had an edit done nothing, the rest would say nothing either.
    const plain = await model.generate(
      requests.map(({ prompt, maxTokens }) => ({ prompt, maxTokens })),
      { sampling },
    )
    for (const [i, answer] of plain.entries())
      expect(distance(likely(answer), likely(together[2 * i]))).toBeGreaterThan(1e-2)
  })
})
