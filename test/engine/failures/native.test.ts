/**
 * Native code that aborts in the middle of a request, between two blocks of the model: the error names the request, and
 * the next call works. An edit of one's own runs there, so one that calls `abort()` brings it about.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../../src/engine/open.ts'
import type { Model, Steering } from '../../../src/engine/types.ts'
import { writeTinyModel } from '../../support/tiny-gguf.ts'
import { failureOf } from './failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-native-'))
const file = join(folder, 'tiny.gguf')
const module = join(folder, 'crash.mjs')
writeFileSync(
  module,
  `import { createRequire } from 'node:module'
export default (row, { parameters }) => {
  const koffi = createRequire(import.meta.url)(parameters.koffi)
  if (parameters.how === 'abort') koffi.load(null).func('void abort()')()
  else koffi.encode(8n, 'int', 1)
}
`,
)
let model: Model
beforeAll(async () => {
  writeTinyModel(file)
  model = await openModel(file, { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe.each([
  ['abort', /^SIGABRT|exit code/],
  ['segmentation-fault', /^SIGSEGV|exit code/],
] as const)('a real %s', (how, found) => {
  const crash = (phase: 'prompt' | 'generated' | 'all'): Steering => {
    const parameters = { how, koffi: createRequire(import.meta.url).resolve('koffi') }
    return [{ vector: { edit: 'custom', where: { layers: [2], tokens: { phase } }, module, parameters } }]
  }
  const crashed = (call: string, requests: string) => ({
    code: 'engine-crashed',
    message: `The engine stopped during the call ${call} at ${requests}`,
    found: expect.stringMatching(found),
    where: file,
    fix: expect.stringMatching(/^Call again/),
  })

  test('while a prompt is read', async () => {
    const before = await model.generate(['a', 'b', 'c'], { maxTokens: 6 })
    const requests = ['a', 'b', { prompt: 'c', steering: crash('prompt') }, 'd']
    expect(await failureOf(model.generate(requests, { maxTokens: 6, slots: 1 }))).toMatchObject(
      crashed('generate', 'request 2'),
    )
    expect(await model.generate(['a', 'b', 'c'], { maxTokens: 6 })).toEqual(before)
  })

  test('while answers are written: all that were, are named', async () => {
    const long = (prompt: string) => ({ prompt, maxTokens: 60 })
    const requests = [
      { ...long('a'), maxTokens: 1 },
      long('b'),
      { ...long('c'), steering: crash('generated') },
      long('d'),
    ]
    expect(await failureOf(model.generate(requests, { slots: 2 }))).toMatchObject(crashed('generate', 'requests 1, 2'))
    expect(await model.generate(['a'], { maxTokens: 2 })).toHaveLength(1)
  })

  test('while states are read and texts are scored', async () => {
    const prompts = ['a', 'b', 'c', { prompt: 'd', steering: crash('prompt') }, 'e']
    expect(await failureOf(model.capture(prompts, { layers: [1] }))).toMatchObject(crashed('capture', 'request 3'))
    const items = [0, 1, 2].map(i => ({
      prompt: `${i}`,
      continuation: 'x',
      ...(i === 1 && { steering: crash('all') }),
    }))
    expect(await failureOf(model.score(items))).toMatchObject(crashed('score', 'request 1'))
    expect(await model.score(items.slice(0, 1))).toHaveLength(1)
  })

  test('in one of several engines', async () => {
    await using pool = await openModel(file, { threads: 1, engines: 2 })
    const requests = ['a', 'b', 'c', { prompt: 'd', steering: crash('prompt') }]
    const error = await failureOf(pool.generate(requests, { maxTokens: 6, slots: 1 }))
    expect(error).toMatchObject(crashed('generate', 'request 3'))
    expect(await pool.generate(['a', 'b', 'c', 'd'], { maxTokens: 2 })).toHaveLength(4)
  })
})
