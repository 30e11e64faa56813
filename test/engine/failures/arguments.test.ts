/** What a caller without types may give: an error that names the key, never silence, never a crash, and no error of ours. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from '../../../src/engine/open.ts'
import type { Model, Steering } from '../../../src/engine/types.ts'
import { writeTinyModel } from '../../support/tiny-gguf.ts'
import { steer, vector, WIDTH } from '../contract/subject.ts'
import { failureOf } from './failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-arguments-'))
let model: Model
let before: unknown
beforeAll(async () => {
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file)
  model = await openModel(file, { threads: 1 })
  before = await model.generate(['hello'], { maxTokens: 4 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** As JavaScript would have it. */
const any = <T>(value: unknown): T => value as T
const { directions } = vector('add')
const where = { layers: [1] }
const [term] = steer('add', where)
const gate = { kind: 'token', directions, measure: 'cosine', threshold: 0, open: 'above' }

const compound = { edit: 'compound', terms: [] as unknown[] }
compound.terms.push({ vector: compound })
const steerings: readonly (readonly [string, unknown, RegExp])[] = [
  ['a term that is no list', term, /^the steering: /],
  ['no vector', [{ strength: 1 }], /^0\.vector: /],
  [
    'an edit that there is not',
    [{ vector: { edit: 'addd', where, directions } }],
    /^0\.vector\.edit: "addd" is none of add, /,
  ],
  ['no directions', [{ vector: { edit: 'add', where } }], /^0\.vector\.directions: /],
  [
    'a plain list of numbers',
    [{ vector: { edit: 'add', where, directions: { unit: new Array(WIDTH).fill(0.1), scale: 1 } } }],
    /^0\.vector\.directions\.unit: expected a Float32Array/,
  ],
  [
    'a list of numbers for one of the layers',
    [{ vector: { edit: 'add', where, directions: { 1: { unit: [1], scale: 1 } } } }],
    /^0\.vector\.directions\.1\.unit: expected a Float32Array/,
  ],
  ['a misspelt strength', [{ ...term, strenght: 2 }], /strenght/],
  ['a strength in words', [{ ...term, strength: 'strong' }], /^0\.strength: /],
  ['the second of two terms', [term, { ...term, gates: {} }], /^1\.gates: /],
  [
    'a gate that there is not',
    [{ ...term, gates: [{ ...gate, kind: 'tokens' }] }],
    /^0\.gates\.0\.kind: "tokens" is none/,
  ],
  ['a gate with a misspelt key', [{ ...term, gates: [{ ...gate, treshold: 1 }] }], /treshold/],
  ['a side that there is not', [{ vector: { edit: 'clamp', where, directions, side: 'above' } }], /^0\.vector\.side: /],
  ['a compound of nothing', [{ vector: { edit: 'compound', terms: [] } }], /^0\.vector\.terms: /],
  [
    'a misspelt strength in a compound',
    [{ vector: { edit: 'compound', terms: [{ ...term, strenght: 2 }] } }],
    /^0\.vector\.terms\.0: .*strenght/,
  ],
  ['a compound in itself', [{ vector: compound }], /a compound vector in itself/],
  ['a closure for an edit', [{ vector: { edit: 'custom', where, module: () => {} } }], /no closure can go/],
]
const calls: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  ['one prompt without brackets', () => model.generate(any('hello')), /string/],
  ['one prompt without brackets, to read', () => model.capture(any('hello'), {}), /string/],
  ['one prompt without brackets, to score', () => model.score(any({ prompt: 'a', continuation: 'b' })), /object/],
  ['nothing for a prompt', () => model.generate([any(null)]), /null/],
  ['a number for a prompt', () => model.generate(['a', any(3)]), /number/],
  ['a misspelt raw', () => model.render(any({ text: 'a' })), /an object with text/],
  ['a begun answer without its words', () => model.render(any({ messages: [] })), /without the text of a prefill/],
  ['a begun answer to one text', () => model.render(any({ messages: 'a', prefill: 'b' })), /messages: string/],
  ['a role that there is not', () => model.generate([any([{ role: 'robot', content: 'a' }])]), /robot/],
  ['a message without a text', () => model.generate([any([{ role: 'user' }])]), /undefined/],
  ['a stop that is no list', () => model.generate(['a'], { stop: any('x') }), /string/],
  ['an option in another spelling', () => model.generate(['a'], any({ max_tokens: 3 })), /^max_tokens$/],
  ['an option of a request that there is not', () => model.generate([any({ prompt: 'a', vector: [] })]), /^vector$/],
  ['nothing for the adapters', () => model.generate(['a'], { adapters: any(null) }), /object/],
  ['a misspelt option of reading', () => model.capture(['a'], {}, any({ reducee: 'last' })), /^reducee$/],
  [
    'a misspelt key of what is read',
    () => model.capture([any({ prompt: 'a', continuaton: 'b' })], {}),
    /^continuaton$/,
  ],
  ['a misspelt option of scoring', () => model.score([], any({ sterring: [] })), /^sterring$/],
  ['a misspelt key of what is scored', () => model.score([any({ prompt: 'a', continuation: 'b', x: 1 })]), /^x$/],
  ['nothing for a continuation', () => model.score([any({ prompt: 'a' })]), /^undefined$/],
  ['a number for a continuation', () => model.capture([any({ prompt: 'a', continuation: 3 })], {}), /^number$/],
  ['null for what is compared', () => model.divergence([any({ prompt: 'a', continuation: null })], [[]]), /^object$/],
  ['a number for a text', () => model.tokenize(any(3)), /^number$/],
  ['an option of the first token that there is not', () => model.firstToken(['a'], [1], any({ top: 3 })), /^top$/],
  ['an option of a divergence that there is not', () => model.divergence([], [], any({ steering: [] })), /^steering$/],
  [
    'a steering of one text among several',
    () => model.divergence([any({ prompt: 'a', continuation: 'b', steering: [] })], [[]]),
    /^steering$/,
  ],
  ['a number for the sampling', () => model.generate(['a'], { sampling: any(0.7), seed: 1 }), /object/],
  ['a seed of a call that is none', () => model.generate(['a'], { seed: 0.5 }), /seed 0\.5/],
  ['an option of a model that there is not', () => openModel('tiny.gguf', any({ thread: 2 })), /^thread$/],
  ['a token that there is not', () => model.detokenize([model.info.vocabulary]), /token \d+/],
  ['one steering without brackets', () => model.divergence([{ prompt: 'a', continuation: 'b' }], any({})), /object/],
  ['an option of tokenize that there is not', () => model.tokenize('a', any({ parse: true })), /^parse$/],
  ['special tokens in another way', () => model.tokenize('a', any({ special: 'yes' })), /^"yes"$/],
  ['half a token', () => model.firstToken(['a'], [1.5]), /1\.5/],
  ['a token below 0', () => model.firstToken(['a'], [-1]), /-1/],
]

test.each(steerings)('steering with %s', async (_, steering, found) => {
  const error = await failureOf(model.generate(['hello'], { maxTokens: 4, steering: any(steering) }))
  expect(error).toMatchObject({ code: 'invalid-input', found: expect.stringMatching(found), where: 'request 0' })
  expect(await model.generate(['hello'], { maxTokens: 4 })).toEqual(before)
})

test.each(calls)('%s', async (_, call, found) => {
  const error = await failureOf(call())
  expect(error).toMatchObject({ code: 'invalid-input', found: expect.stringMatching(found) })
  expect(error.fix).toMatch(/\w+ \w+/)
  expect(await model.generate(['hello'], { maxTokens: 4 })).toEqual(before)
})

test('the same is said by every call that takes steering', async () => {
  const steering = any<Steering>([{ ...term, strenght: 2 }])
  const continuation = 'b'
  for (const call of [
    model.capture(['a'], {}, { steering }),
    model.capture([{ prompt: 'a', steering }], {}),
    model.score([{ prompt: 'a', continuation, steering }]),
    model.score([{ prompt: 'a', continuation }], { steering }),
    model.firstToken(['a'], [1], { steering }),
    model.divergence([{ prompt: 'a', continuation }], [[], steering]),
  ])
    expect(await failureOf(call)).toMatchObject({ code: 'invalid-input', found: expect.stringContaining('strenght') })
})

test('errors of reading and scoring name their request', async () => {
  const raw = { raw: 'hello there' }
  const suffix = { tokens: { part: 'template-suffix' as const } }
  expect(await failureOf(model.capture(['a', 'b', raw], suffix))).toMatchObject({ where: 'request 2' })
  const broken = steer('add', where, { strength: 1e39 })
  const prompts = ['a', 'b', { prompt: 'c', steering: broken }, 'd']
  expect(await failureOf(model.capture(prompts, where))).toMatchObject({ code: 'edit-failed', where: 'request 2' })
  const items = [0, 1, 2, 3].map(i => ({ prompt: `${i}`, continuation: 'x', ...(i === 3 && { steering: broken }) }))
  expect(await failureOf(model.score(items))).toMatchObject({ code: 'edit-failed', where: 'request 3' })
  const suffixed = steer('add', suffix)
  const texts = ['a', raw].map(prompt => ({ prompt, continuation: 'x' }))
  expect(await failureOf(model.divergence(texts, [[], suffixed]))).toMatchObject({ where: 'request 1' })
  expect(await failureOf(model.divergence(texts, [broken]))).toMatchObject({ code: 'edit-failed', where: 'request 0' })
})

test.each([
  ['batching', 'Together', 'alone, together'],
  ['cache', 'F32', 'f16, f32'],
  ['flashAttention', 'on', 'auto, off'],
  ['fastPath', 'yes', 'auto, on, off'],
])('openModel({ %s: %j }) is told what it can be', async (key, value, expected) => {
  const error = await failureOf(openModel(join(folder, 'tiny.gguf'), any({ [key]: value })))
  expect(error).toMatchObject({ code: 'invalid-input', found: JSON.stringify(value), expected })
  expect(error.message).toContain(key)
})

test('so are ways to reduce states, and what becomes of failures', async () => {
  expect(await failureOf(model.capture(['a'], { layers: [1] }, any({ reduce: 'sum' })))).toMatchObject({
    expected: 'none, mean, last',
  })
  expect(await failureOf(model.generate(['a'], any({ failures: 'trow' })))).toMatchObject({ expected: 'throw, return' })
})
