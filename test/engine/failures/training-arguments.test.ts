/** What a caller without types may ask of a training: an error that says what is wrong before a state is read. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from '../../../src/engine/open.ts'
import type { Model } from '../../../src/engine/types.ts'
import { writeTinyModel } from '../../support/tiny-gguf.ts'
import { WIDTH } from '../contract/subject.ts'
import { failureOf } from './failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-training-arguments-'))
let model: Model
beforeAll(async () => {
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file)
  model = await openModel(file, { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const zeros = new Float64Array(WIDTH)
const add = { kind: 'add', start: zeros }
const reft = { kind: 'reft-r1', start: zeros.map(() => 1), top: 1, penalty: 0 }
const example = { prompt: 'a', target: 'b' }
const checkpoint = {
  epoch: 0,
  parameters: zeros,
  optimiser: { steps: 0, first: zeros, second: zeros },
  losses: [],
  validation: [],
  best: zeros,
}

/** As JavaScript would have it. */
const any = <T>(value: unknown): T => value as T
function train(changed: { readonly [of in 'spec' | 'example' | 'options']?: object } = {}) {
  const spec = { layer: 0, edit: add, epochs: 1, batch: 1, learningRate: 1e-3, ...changed.spec }
  return model.train([any({ ...example, ...changed.example })], any(spec), any({ ...changed.options }))
}
const withEdit = (edit: object) => train({ spec: { edit } })
const from = (changed: object) => train({ options: { from: { ...checkpoint, ...changed } } })

test('what is right is trained, from a checkpoint too', async () => {
  expect((await train()).losses).toHaveLength(1)
  expect((await from({})).losses).toHaveLength(1)
  expect((await withEdit(reft)).losses).toHaveLength(1)
})

test.each<readonly [string, () => Promise<unknown>, RegExp]>([
  ['a misspelt option', () => train({ options: { patiense: 3 } }), /^patiense$/],
  ['a misspelt key of the spec', () => train({ spec: { weightDecai: 0.1 } }), /^weightDecai$/],
  ['a misspelt key of an example', () => train({ example: { anser: 'b' } }), /^anser$/],
  ['one of a validation example', () => train({ options: { validation: [{ ...example, x: 1 }] } }), /^x$/],
  ['validation that is no list', () => train({ options: { validation: example } }), /^object$/],
  ['an edit that there is not', () => withEdit({ ...add, kind: 'ad' }), /^"ad"$/],
  ['no edit', () => train({ spec: { edit: undefined } }), /^undefined$/],
  ['a key of another edit', () => withEdit({ ...add, top: 2 }), /^top$/],
  ['a start of plain numbers', () => withEdit({ ...add, start: [...zeros] }), /^object$/],
  ['a start with NaN', () => withEdit({ ...add, start: zeros.map(() => Number.NaN) }), /^NaN at 0$/],
  ['half a token for the strength', () => withEdit({ ...reft, top: 0.5 }), /^0\.5$/],
  ['a penalty that is none', () => withEdit({ ...reft, penalty: Number.NaN }), /^NaN$/],
  ['half an epoch', () => train({ spec: { epochs: 0.5 } }), /^0\.5$/],
  ['a learning rate of nothing', () => train({ spec: { learningRate: 0 } }), /^0$/],
  ['a learning rate that is a text', () => train({ spec: { learningRate: '1e-3' } }), /^1e-3$/],
  ['a weight decay below nothing', () => train({ spec: { weightDecay: -1 } }), /^-1$/],
  ['a layer that the model does not have', () => train({ spec: { layer: 99 } }), /99/],
  ['half a layer', () => train({ spec: { layer: 0.5 } }), /0\.5/],
  ['no layer', () => train({ spec: { layer: undefined } }), /undefined/],
  ['a target that is no text', () => train({ example: { target: 3 } }), /^number$/],
  ['an example that is none', () => model.train([any('a')], any({ edit: add })), /^string$/],
  ['half a seed', () => train({ options: { seed: 0.5 } }), /^0\.5$/],
  ['no threads', () => train({ options: { threads: 0 } }), /^0$/],
  ['a checkpoint of another edit', () => from({ parameters: zeros.slice(1) }), /^\d+ values$/],
  ['null for a checkpoint', () => train({ options: { from: null } }), /^null$/],
  ['a checkpoint that is none', () => train({ options: { from: { parameters: zeros } } }), /^object with parameters$/],
  ['a checkpoint without its losses', () => from({ losses: undefined }), /^object with epoch/],
  ['a checkpoint without the best', () => from({ best: undefined }), /^undefined$/],
  ['a checkpoint without its optimiser', () => from({ optimiser: undefined }), /^undefined$/],
])('%s', async (_, call, found) => {
  const error = await failureOf(call())
  expect(error).toMatchObject({ code: 'invalid-input', found: expect.stringMatching(found) })
  expect(error.fix).toMatch(/\w+ \w+/)
})
