/** Where-clauses on the real engine: what is read and what is edited are the tokens that `positionsOf` says. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import { positionsOf } from '../../src/engine/positions.ts'
import type { Message, Model, Rendered, Steering } from '../../src/engine/types.ts'
import { PlimsollError } from '../../src/errors.ts'
import { anyTokens } from '../support/clauses.ts'
import { CHAT_TEMPLATE, writeTinyModel } from '../support/tiny-gguf.ts'
import { codeOf, distance, steer, vector, WIDTH } from './contract/subject.ts'
import { failureOf } from './failures/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-where-'))
const file = join(folder, 'thinks.gguf')
writeTinyModel(file, {
  contextLength: 1024,
  change: ({ metadata }) => {
    // That the template knows the mark is what tells that the model thinks.
    metadata['tokenizer.chat_template'] = { string: `${CHAT_TEMPLATE}{# <think></think> #}` }
  },
})
const prompt: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'hello there' },
  { role: 'assistant', content: '<think>who is it</think>hello' },
  { role: 'user', content: 'and then?' },
]
const continuation = 'well <think>hm, the end</think> that was it'
const everything = { layers: [1], tokens: { beginning: 'keep' } } as const

let model: Model
let rendered: Rendered
let generated: number[]
/** Layer 1, unedited: one row for each token. */
let plain: Float32Array
beforeAll(async () => {
  model = await openModel(file, { threads: 1, cache: 'f32', flashAttention: 'off' })
  rendered = await model.render(prompt)
  generated = await model.tokenize(continuation)
  plain = await rowsOf()
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

async function rowsOf(steering?: Steering): Promise<Float32Array> {
  const { states } = await model.capture([{ prompt, continuation, steering }], everything, { reduce: 'none' })
  return states[0]?.[0] ?? new Float32Array()
}
const row = (states: Float32Array, position: number) => states.subarray(position * WIDTH, (position + 1) * WIDTH)
/** Positions, or the code of the error. */
function meant(tokens: Parameters<typeof positionsOf>[0]['tokens']): number[] | string {
  try {
    return positionsOf({ tokens }, rendered, generated)
  } catch (error) {
    if (error instanceof PlimsollError) return error.code
    throw error
  }
}

test('the prompt has every part there is', () => {
  expect([...new Set(rendered.parts.map(({ part }) => part))]).toEqual([
    'system',
    'user',
    'thinking',
    'answer',
    'template-suffix',
  ])
})

test('any clause reads the states of the tokens it means', async () => {
  await fc.assert(
    fc.asyncProperty(anyTokens, async tokens => {
      const expected = meant(tokens)
      const capture = model.capture([{ prompt, continuation }], { layers: [1], tokens }, { reduce: 'none' })
      if (typeof expected === 'string' || expected.length === 0) {
        expect(await codeOf(capture)).toBe(typeof expected === 'string' ? expected : 'nothing-selected')
        return
      }
      const { positions, states } = await capture
      expect(positions).toEqual([expected])
      const rows = expected.flatMap(position => [...row(plain, position)])
      expect(distance(states[0]?.[0] ?? [], rows)).toBeLessThan(1e-5)
    }),
    { numRuns: 150 },
  )
})

test('any clause edits the tokens it means and no other', async () => {
  await fc.assert(
    fc.asyncProperty(anyTokens, async tokens => {
      const expected = meant(tokens)
      const steering = [{ vector: { ...vector('add'), where: { layers: [1], tokens } } }]
      if (typeof expected === 'string') {
        expect(await codeOf(rowsOf(steering))).toBe(expected)
        return
      }
      const steered = await rowsOf(steering)
      const all = Array.from({ length: plain.length / WIDTH }, (_, position) => position)
      const moved = all.filter(position => distance(row(steered, position), row(plain, position)) > 1e-2)
      expect(moved).toEqual(expected)
    }),
    { numRuns: 150 },
  )
})

describe('states that are massive', () => {
  // One value of the first two tokens is pushed up by 500, the others stay near 1.
  const unit = new Float32Array(WIDTH)
  unit[7] = 1
  const pushed = {
    ...vector('add', { layers: [1], tokens: { phase: 'prompt', first: 2 } }),
    directions: { unit, scale: 5000 },
  }
  const steering = [{ vector: pushed }]
  const massive = { layers: [1], tokens: { is: 'massive' } } as const

  test('are found among all', async () => {
    const { positions, states } = await model.capture([{ prompt, continuation, steering }], massive, { reduce: 'none' })
    expect(positions).toEqual([[1, 2]])
    expect(states[0]?.[0]).toHaveLength(2 * WIDTH)
    expect(states[0]?.[0]?.[7]).toBeGreaterThan(4900)
  })

  test('are edited, or left out, as they come', async () => {
    const take = { edit: 'clamp', where: massive, directions: { unit, scale: 0 } } as const
    const taken = await rowsOf([...steering, { vector: take }])
    expect([0, 1, 2, 3].map(position => Math.abs(row(taken, position)[7] ?? 99) < 1e-3)).toEqual([
      false,
      true,
      true,
      false,
    ])
    const rest = {
      edit: 'clamp',
      where: { layers: [1], tokens: { except: [{ is: 'massive' }] } },
      directions: { unit, scale: 0 },
    } as const
    const left = await rowsOf([...steering, { vector: rest }])
    expect([1, 2].map(position => (row(left, position)[7] ?? 0) > 4900)).toEqual([true, true])
    expect(Math.abs(row(left, 3)[7] ?? 99)).toBeLessThan(1e-3)
  })

  test('are an error where there are none', async () => {
    expect(await failureOf(model.capture([prompt], massive))).toMatchObject({
      code: 'nothing-selected',
      where: 'request 0',
    })
    expect(await codeOf(model.capture([prompt], { ...massive, layers: [1, 2] }, { reduce: 'none' }))).toBe(
      'invalid-input',
    )
  })
})

test('what a user writes of thinking opens none', async () => {
  const written = [{ role: 'user', content: 'What does <think> mean?' }] as const
  expect((await model.render(written)).thinking?.opened).toBe(false)
  const begun = { messages: written, prefill: '<think>well' }
  expect((await model.render(begun)).thinking?.opened).toBe(true)
  expect((await model.render({ raw: 'a <think> b' })).thinking?.opened).toBe(true)
  const [answer] = await model.generate([[...written]], {
    maxTokens: 4,
    steering: steer('add', { layers: [1], tokens: { part: 'answer' } }),
  })
  expect(answer?.trace?.layers[0]?.tokens).toBeGreaterThan(0)
})

test('what a model writes is thinking or answer as it is written, and edits follow', async () => {
  // The grammar writes the marks; a token is edited when it is read, so the last one never is.
  // `i` alone is forbidden, so that marks are spelled as the tokeniser would.
  const [i = 0] = await model.tokenize('i')
  const logitBias = { [i]: Number.NEGATIVE_INFINITY }
  const sampling = { logitBias, grammar: 'root ::= "<think>" [a-c]{6} "</think>" [x-z]{5}' }
  const count = async (part: 'thinking' | 'answer') => {
    const steering = steer('add', { layers: [1], tokens: { phase: 'generated', part } }, { strength: 0.1 })
    const [answer] = await model.generate([prompt], { maxTokens: 60, sampling, steering })
    const read = (answer?.tokens ?? []).slice(0, -1)
    const clause = { tokens: { phase: 'generated', part } } as const
    // Ended by the end of the turn, all that was written was read too.
    const all = answer?.finish === 'stop' ? (answer?.tokens ?? []) : read
    expect(answer?.text).toMatch(/^<think>[a-c]{6}<\/think>[x-z]{5}$/)
    return { edited: answer?.trace?.layers[0]?.tokens, meant: positionsOf(clause, rendered, all).length }
  }
  for (const part of ['thinking', 'answer'] as const) {
    const { edited, meant } = await count(part)
    expect(edited).toBe(meant)
    expect(edited).toBeGreaterThan(3)
  }
})
