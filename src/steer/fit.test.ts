import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReference, type ReferenceModel } from '../../test/reference/model.ts'
import { writeTinyModel } from '../../test/support/tiny-gguf.ts'
import type { Prompt } from '../engine/types.ts'
import { toolVersion } from '../version.ts'
import { fit as fitVector, underSystem } from './fit.ts'
import { directionAt, fitDiffmean, fitMethod, loadVector, saveVector } from './index.ts'
import { Provenance } from './vector.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let model: ReferenceModel
beforeAll(async () => {
  writeTinyModel(join(folder, 'tiny.gguf'))
  model = await openReference(join(folder, 'tiny.gguf'))
})

const sides = { positive: ['hello', 'the wings'], negative: ['another thing', 'a word', 'hat'] }

describe('fit', () => {
  it('makes the vector of the method and writes down where it comes from', async () => {
    const vector = await fitVector(model, { method: 'diffmean', layer: 2, ...sides }, { seed: 7 })
    const { provenance, ...rest } = vector
    expect(rest).toEqual((await fitDiffmean(model, { ...sides, layers: [2] })).get(2))
    const { name, architecture, layers, width, fingerprint } = model.info
    expect(Provenance.parse(provenance)).toEqual({
      schema: 1,
      tool: `plimsoll ${toolVersion}`,
      model: { name, architecture, layers, width, fingerprint },
      method: 'diffmean',
      parameters: { layer: 2, tokens: { phase: 'prompt', part: 'template-suffix' }, weighting: 'prompt' },
      data: {
        positive: 2,
        negative: 3,
        sha256: createHash('sha256')
          .update(JSON.stringify([sides.positive, sides.negative]))
          .digest('hex'),
      },
      system: null,
      seed: 7,
      note: '',
    })
  })

  it('takes the answers of the control, and tells them apart in its record', async () => {
    const control = { positive: ['one', 'and then'], negative: ['was here'] }
    const spec = { method: 'partial-or', layer: 2, ...sides, tokens: 'answer' } as const
    const answers = { positive: ['yes', 'indeed'], negative: ['never', 'no', 'not that'] }
    const told = { positive: ['the sand', 'a wing'], negative: ['say it'] }
    const [own, given] = [
      await fitVector(model, { ...spec, answers, control }),
      await fitVector(model, { ...spec, answers, control: { ...control, answers: told } }),
    ]
    expect(directionAt(given, 2)).toEqual(
      directionAt(
        (await fitMethod(model, { ...spec, layers: [2], answers, control: { ...control, answers: told } })).get(2)!,
        2,
      ),
    )
    expect(directionAt(given, 2)).not.toEqual(directionAt(own, 2))
    expect(given.provenance.data.sha256).not.toBe(own.provenance.data.sha256)
  })

  it('writes down the parameters it was given', async () => {
    const tokens = { phase: 'prompt', last: 2 } as const
    const { provenance } = await fitVector(model, {
      method: 'diffmean',
      layer: 0,
      ...sides,
      tokens,
      weighting: 'token',
    })
    expect(provenance.parameters).toEqual({ layer: 0, tokens, weighting: 'token' })
    expect(provenance.seed).toBeNull()
  })

  it('has another hash for other texts, and for sides that are swapped', async () => {
    const hash = async (positive: readonly Prompt[], negative: readonly Prompt[]) =>
      (await fitVector(model, { method: 'diffmean', layer: 0, positive, negative })).provenance.data.sha256
    const { positive, negative } = sides
    const hashes = [
      await hash(positive, negative),
      await hash(negative, positive),
      await hash(positive, [...negative.slice(0, 2), 'hats']),
    ]
    expect(new Set(hashes).size).toBe(3)
    expect(await hash(positive, negative)).toBe(hashes[0])
  })

  it('puts every prompt under the system prompt', async () => {
    const system = 'Answer in one word'
    const vector = await fitVector(model, { method: 'diffmean', layer: 1, ...sides, system })
    const under = (prompts: readonly string[]) =>
      prompts.map(content => [
        { role: 'system' as const, content: system },
        { role: 'user' as const, content },
      ])
    const written = { positive: under(sides.positive), negative: under(sides.negative) }
    const alike = await fitVector(model, { method: 'diffmean', layer: 1, ...written })
    expect(directionAt(vector, 1)).toEqual(directionAt(alike, 1))
    expect(vector.provenance.data.sha256).toBe(alike.provenance.data.sha256)
    expect(vector.provenance.system).toBe(system)
    const plain = await fitVector(model, { method: 'diffmean', layer: 1, ...sides })
    expect(directionAt(vector, 1)).not.toEqual(directionAt(plain, 1))
  })

  it('survives its file, and acts as before', async () => {
    const vector = await fitVector(model, { method: 'diffmean', layer: 3, ...sides })
    const file = join(folder, 'fitted.safetensors')
    await saveVector(vector, file)
    const loaded = await loadVector(file, model.info)
    expect(loaded).toEqual(vector)
    const answer = (steered: typeof vector) =>
      model.generate(['hello'], { maxTokens: 4, steering: [{ vector: steered, strength: 2 }] })
    expect(await answer(loaded)).toEqual(await answer(vector))
  })
})

describe('a prompt under a system prompt', () => {
  const user = [{ role: 'user', content: 'hello' }] as const

  it('has it in front, as a message of its own', () => {
    const told = [{ role: 'system', content: 'be brief' }, ...user]
    expect(underSystem('hello', 'be brief')).toEqual(told)
    expect(underSystem(user, 'be brief')).toEqual(told)
  })

  it('is left alone where there is none, or where no template renders it', () => {
    expect(underSystem('hello', null)).toBe('hello')
    expect(underSystem(user, undefined)).toBe(user)
    const raw = { raw: 'hello' }
    expect(underSystem(raw, 'be brief')).toBe(raw)
  })
})
