/** Edits of one's own, in the engine's process: what they do, and what becomes of those that fail. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Generation, Model, Request, Steering } from '../../src/engine/types.ts'
import { Where, type WhereInput } from '../../src/engine/where.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { PROMPTS, vector, WIDTH } from './contract/subject.ts'
import { failureOf } from './failures/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-custom-'))
let model: Model
beforeAll(async () => {
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file)
  model = await openModel(file, { threads: 1, cache: 'f32', flashAttention: 'off' })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** A module in which `row` and `at` are known. */
function edit(name: string, body: string, where: WhereInput = { layers: [1] }, parameters?: unknown): Steering {
  const file = join(folder, name)
  writeFileSync(file, `export default (row, at) => { ${body} }\n`)
  return [{ vector: { edit: 'custom', where, module: pathToFileURL(file).href, parameters } }]
}
const prompt = PROMPTS[1] ?? ''
const states = async (where: WhereInput, steering?: Steering) => {
  const found = await model.capture([prompt], where, { reduce: 'none', steering })
  return found.states[0]?.[0] ?? new Float32Array()
}

describe('an edit of one’s own', () => {
  test('does what the same edit does that is built in', async () => {
    const { directions } = vector('add')
    const [unit, scale] = 'unit' in directions ? [[...directions.unit], directions.scale] : [[], 0]
    const where = Where.parse({ layers: [1, 3], tokens: { last: 4 } })
    const body =
      'for (const [i, value] of at.parameters.unit.entries()) row[i] += at.strength * at.parameters.scale * value'
    const [own] = edit('add.mjs', body, where, { unit, scale })
    const [mine, theirs] = [
      await model.generate(PROMPTS, { maxTokens: 12, steering: [{ ...own!, strength: -0.7 }] }),
      await model.generate(PROMPTS, { maxTokens: 12, steering: [{ vector: vector('add', where), strength: -0.7 }] }),
    ]
    expect(mine.map(({ text }) => text)).toEqual(theirs.map(({ text }) => text))
    for (const [i, { trace }] of mine.entries()) {
      for (const [k, { tokens, relativeChange }] of (trace?.layers ?? []).entries()) {
        expect(tokens).toBe(theirs[i]?.trace?.layers[k]?.tokens)
        expect(relativeChange).toBeCloseTo(theirs[i]?.trace?.layers[k]?.relativeChange ?? Number.NaN, 5)
      }
    }
  })

  test('gets its parameters as they are, however much travels with them', async () => {
    const parameters = {
      values: Float64Array.of(1, 2, 3),
      names: new Map([['a', 1]]),
      at: new Date(0),
      list: [{ x: 1 }],
    }
    const body = `
      const { values, names, at: when, list } = at.parameters
      const whole = values instanceof Float64Array && values.length === 3 && names.get('a') === 1
      if (!whole || when.getTime() !== 0 || list[0].x !== 1) throw new Error('other parameters')`
    const [own] = edit('parameters.mjs', body, { layers: [1] }, parameters)
    // Arrays of steering beyond some megabytes travel beside the message.
    const padding = Array.from({ length: 1_200_000 }, () => 0)
    const [large] = edit('large.mjs', '', { layers: [1] }, { padding: Float32Array.from(padding) })
    for (const steering of [[own!], [own!, large!]]) {
      const [answer] = await model.generate([prompt], { steering, maxTokens: 2 })
      expect(answer?.finish).not.toBe('failed')
    }
  })

  test('gets a parameter that holds itself, and numbers of any length', async () => {
    const parameters = { long: 2n ** 70n, values: new Float32Array(1_200_000) }
    Object.assign(parameters, { self: parameters })
    const body = `
      const { self, long, values } = at.parameters
      const whole = self.self === self && long === 2n ** 70n && values.length === 1_200_000
      if (!whole) throw new Error('other parameters')`
    const [answer] = await model.generate([prompt], {
      steering: edit('circle.mjs', body, { layers: [1] }, parameters),
      maxTokens: 2,
    })
    expect(answer?.finish).not.toBe('failed')
  })

  test.each([() => 1, Symbol('x'), Promise.resolve(1), new WeakMap()])('is not given %s', async value => {
    const steering = edit('unsent.mjs', '', { layers: [1] }, { value })
    expect(await failureOf(model.generate([prompt], { steering, maxTokens: 2 }))).toMatchObject({
      code: 'invalid-input',
      found: expect.stringContaining('could not be cloned'),
    })
  })

  test('is told where it is, and given one token’s row at a time', async () => {
    const where = { layers: [2], tokens: { phase: 'prompt', last: 2 } } as const
    const body = 'row.fill(0); row[0] = at.layer; row[1] = at.position; row[2] = row.length; row[3] = at.strength'
    const rows = await states(where, edit('told.mjs', body, where))
    const { tokens } = await model.render(prompt)
    expect([...rows.subarray(0, 4)]).toEqual([2, tokens.length - 2, WIDTH, 1])
    expect([...rows.subarray(WIDTH, WIDTH + 4)]).toEqual([2, tokens.length - 1, WIDTH, 1])
  })

  test('of heads sees one head at a time, and no other', async () => {
    const where = { site: 'head', layers: [1], heads: [1, 3] } as const
    const plain = await states({ site: 'head', layers: [1] })
    const edited = await states({ site: 'head', layers: [1] }, edit('head.mjs', 'row.fill(row.length)', where))
    const size = WIDTH / 4
    expect(
      [...edited].every((value, i) =>
        [1, 3].includes(Math.floor((i % WIDTH) / size)) ? value === size : value === plain[i],
      ),
    ).toBe(true)
  })
})

const failing: readonly (readonly [name: string, body: string, code: string, found: RegExp])[] = [
  ['throws', 'throw new Error("no, not this one")', 'edit-failed', /^no, not this one$/],
  ['throws what is no error', 'throw 7', 'edit-failed', /^7$/],
  ['throws after it changed the row', 'row.fill(1e30); undefined.x', 'edit-failed', /undefined/],
  ['throws late', 'if (at.position > 20) throw new Error("late")', 'edit-failed', /^late$/],
  ['writes NaN', 'row[5] = NaN', 'edit-failed', /NaN at residual of layer 1/],
  ['writes infinity', 'row[0] = 1e39', 'edit-failed', /residual of layer 1/],
]
describe.each(failing)('an edit that %s', (name, body, code, found) => {
  const steering = edit(`${name.replaceAll(' ', '-')}.mjs`, body)
  const good = PROMPTS.map((text): Request => ({ prompt: text, maxTokens: 24 }))
  const texts = (answers: readonly Generation[]) => answers.map(({ text, tokens }) => ({ text, tokens }))

  test.each([1, 3, 16])(
    'fails its request, and the others have the answers they have without it (%d slots)',
    async slots => {
      const alone = await model.generate(good, { slots })
      const requests = good.toSpliced(2, 0, { prompt: 'a bad one', maxTokens: 24, steering })
      const answers = await model.generate(requests, { slots, failures: 'return' })
      expect(answers[2]).toMatchObject({ finish: 'failed', error: { code, found: expect.stringMatching(found) } })
      expect(answers[2]?.error?.message).toMatch(/\w/)
      expect(texts(answers.toSpliced(2, 1))).toEqual(texts(alone))
      expect(await model.generate(good, { slots })).toEqual(alone)
    },
  )

  test('fails a capture and a score by its own error', async () => {
    const text = 'long enough that it comes to its twentieth token'
    const before = await model.score([{ prompt: text, continuation: 'yes' }])
    const [read, scored] = [
      await failureOf(model.capture([text], { layers: [2] }, { steering })),
      await failureOf(model.score([{ prompt: text, continuation: 'yes' }], { steering })),
    ]
    for (const error of [read, scored]) expect(error).toMatchObject({ code, found: expect.stringMatching(found) })
    expect(await model.score([{ prompt: text, continuation: 'yes' }])).toEqual(before)
  })
})

test.each([
  ['./edit.mjs', /neither an absolute path/],
  [join(folder, 'missing.mjs'), /Cannot find module/],
  [pathToFileURL(join(folder, 'constant.mjs')).href, /default export is number/],
  [pathToFileURL(join(folder, 'broken.mjs')).href, /SyntaxError|Unexpected/],
])('a module that cannot be used is said to be none: %s', async (module, found) => {
  writeFileSync(join(folder, 'constant.mjs'), 'export default 7\n')
  writeFileSync(join(folder, 'broken.mjs'), 'export default (\n')
  const steering: Steering = [{ vector: { edit: 'custom', where: { layers: [1] }, module } }]
  const [bad, good] = await model.generate([{ prompt: 'a', steering }, 'b'], { maxTokens: 2, failures: 'return' })
  expect(bad?.error).toMatchObject({ code: 'invalid-input', found: expect.stringMatching(found), where: module })
  expect(good?.tokens).toHaveLength(2)
})
