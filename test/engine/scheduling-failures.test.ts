/** A request that fails does so alone: it has its error, the others have the answers they would have had without it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Generation, Model, Request } from '../../src/engine/types.ts'
import { PlimsollError } from '../../src/errors.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { PROMPTS, steer, vector, WIDTH } from './contract/subject.ts'
import { failureOf } from './failures/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-scheduling-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file, { template: 'no-system' })
let model: Model
beforeAll(async () => {
  model = await openModel(file, { cache: 'f32', flashAttention: 'off', threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const raw = { raw: 'hello there' }
const bad: readonly (readonly [code: string, request: Request])[] = [
  ['prompt-too-long', { prompt: 'xyz '.repeat(200) }],
  ['invalid-input', { prompt: { raw: '' }, steering: steer('add', { layers: [9] }) }],
  ['template-failed', { prompt: [{ role: 'system', content: 'a' }] }],
  ['nothing-selected', { prompt: raw, steering: steer('add', { tokens: { part: 'template-suffix' } }) }],
  ['vector-mismatch', { prompt: raw, steering: [{ vector: vector('add', {}, { width: WIDTH + 8 }) }] }],
  ['edit-failed', { prompt: raw, steering: steer('add', { layers: [1] }, { strength: 1e39 }) }],
  [
    'edit-failed',
    { prompt: raw, steering: steer('add', { layers: [1], tokens: { phase: 'generated' } }, { strength: 1e39 }) },
  ],
]
const good = PROMPTS.map((prompt, i): Request => ({ prompt, maxTokens: 3 + i }))
/** Good and bad in turn. */
const mixed = good.flatMap((request, i): Request[] => {
  const other = bad[i]?.[1]
  return other === undefined ? [request] : [request, other]
})
const answersOf = (answers: readonly Generation[]) => answers.filter(({ finish }) => finish !== 'failed')

test.each([1, 3, 16])('with failures `return` each bad request has its own error (%d slots)', async slots => {
  const alone = await model.generate(good, { slots })
  const answers = await model.generate(mixed, { slots, maxTokens: 8, failures: 'return' })
  expect(answers).toHaveLength(mixed.length)
  expect(answersOf(answers)).toEqual(alone)
  const failed = answers.filter(({ finish }) => finish === 'failed')
  expect(failed.map(({ error }) => error?.code)).toEqual(bad.slice(0, failed.length).map(([code]) => code))
  for (const [i, { finish, error }] of answers.entries()) {
    if (finish !== 'failed') continue
    expect(error).toBeInstanceOf(PlimsollError)
    expect(`${error?.message} ${error?.where}`).toMatch(new RegExp(`[Rr]equest ${i}\\b`))
  }
  // Nothing of it is left for the next call.
  expect(await model.generate(good, { slots })).toEqual(alone)
})

test.each(bad)('with failures `throw` the call ends with the error and its request: %s', async (code, request) => {
  const error = await failureOf(model.generate([PROMPTS[0] ?? '', request, 'a'], { maxTokens: 4 }))
  expect(error.code).toBe(code)
  expect(`${error.message} ${error.where}`).toMatch(/[Rr]equest 1\b/)
  expect(await model.generate(['a'], { maxTokens: 2, failures: 'return' })).toMatchObject([{ finish: 'length' }])
})

test('progress counts the failed, and every request is told of once', async () => {
  const done: number[] = []
  await model.generate(mixed, { maxTokens: 8, failures: 'return', onProgress: event => done.push(event.done) })
  expect(done).toEqual(mixed.map((_, i) => i + 1))
})
