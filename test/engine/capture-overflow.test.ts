/** States that steering pushes beyond numbers: whoever reads them is told, and nobody else notices. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { codeOf, PROMPTS, steer } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-overflow-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file, { contextLength: 2048 })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(['off', 'auto'] as const)('flash attention %s', flashAttention => {
  test('of a capture', async () => {
    await using model = await openModel(file, { threads: 1, flashAttention })
    const items = PROMPTS.map(prompt => ({ prompt }))
    const everywhere = { layers: 'all', tokens: { phase: 'prompt' } } as const
    const plain = await model.capture(items, everywhere)
    const [prompt = ''] = PROMPTS
    const long = {
      prompt: `${prompt} ${prompt} ${prompt}`,
      steering: steer('add', { site: 'mlp-norm', layers: [2] }, { strength: 1e19 }),
    }
    expect(await codeOf(model.capture([long, ...items], everywhere))).toBe('edit-failed')
    expect(await model.capture(items, everywhere)).toEqual(plain)
    // Below the overflow everything is a number.
    const below = { ...everywhere, layers: [0] }
    const { states } = await model.capture([long, ...items], below)
    expect(states.slice(1)).toEqual((await model.capture(items, below)).states)
    expect(await model.capture(items, everywhere)).toEqual(plain)
    expect(
      (await model.score(items.map(item => ({ ...item, continuation: 'a' })))).every(({ logLikelihood }) =>
        Number.isFinite(logLikelihood),
      ),
    ).toBe(true)
  })
})
