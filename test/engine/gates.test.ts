/** Gates on the real engine: what they decide follows from the states that can be read. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { ConditionGate, Gate, Measure, Model, Steering } from '../../src/engine/types.ts'
import { Where } from '../../src/engine/where.ts'
import { randomUnit } from '../support/random.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { codeOf, distance, PROMPTS, steer, vector, WIDTH } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-gates-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file, { contextLength: 2048 })
const unit = randomUnit(WIDTH, 31)
const directions = { unit, scale: 1 }
const prompt = PROMPTS[1] ?? ''

let model: Model
beforeAll(async () => {
  model = await openModel(file, { threads: 1, cache: 'f32', flashAttention: 'off' })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0)
const norm = (a: ArrayLike<number>) => Math.sqrt(dot(a, a))
/** From the definitions, in double precision. */
function measured(measure: Measure, state: ArrayLike<number>): number {
  const along = dot(state, unit)
  if (measure === 'projection') return along
  if (measure === 'cosine') return along / norm(state)
  const projected = Array.from(unit, value => Math.tanh(along * value))
  return dot(projected, state) / (norm(projected) * norm(state))
}

describe.each(['twice', 'later-layers'] as const)('a condition on the prompt, pass %s', pass => {
  const where = { layers: [0, 1], tokens: { part: 'user' } } as const
  const [term] = steer('add', { layers: [2, 3] }, { strength: 2 })
  const condition = (rest: Partial<ConditionGate>): ConditionGate => ({
    kind: 'condition',
    where,
    directions,
    measure: 'projection',
    threshold: 0,
    open: 'above',
    pass,
    ...rest,
  })
  const gated = (gate: ConditionGate): Steering => [{ ...term!, gates: [gate] }]
  const measuredOf = async (measure: Measure, text: string, steering?: Steering) => {
    const { states } = await model.capture([text], where, { steering })
    const [layers = []] = states
    return layers.reduce((sum, state) => sum + measured(measure, state), 0) / layers.length
  }

  test.each(['projection', 'cosine', 'projected-cosine'] as const)(
    '%s: applied or not, and the trace says why',
    async measure => {
      const value = await measuredOf(measure, prompt)
      const [plain, steered] = [
        await model.generate([prompt], { maxTokens: 12 }),
        await model.generate([prompt], { maxTokens: 12, steering: [term!] }),
      ]
      expect(steered[0]?.text).not.toBe(plain[0]?.text)
      for (const [open, shift] of [
        ['above', -0.01],
        ['above', 0.01],
        ['below', -0.01],
        ['below', 0.01],
      ] as const) {
        const applies = (open === 'above') === shift < 0
        const steering = gated(condition({ measure, open, threshold: value + shift }))
        const [answer] = await model.generate([prompt], { maxTokens: 12, steering })
        expect(answer?.trace?.gates).toEqual([{ term: 0, value: expect.closeTo(value, 4), open: applies }])
        expect(answer?.text).toBe((applies ? steered : plain)[0]?.text)
        const counted = (layers = steered[0]?.trace?.layers) => layers?.map(({ layer, tokens }) => [layer, tokens])
        expect(counted(answer?.trace?.layers)).toEqual(applies ? counted() : [])
      }
    },
  )

  test('is each request’s own, in a batch with others', async () => {
    const threshold =
      ((await measuredOf('cosine', PROMPTS[0] ?? '')) + (await measuredOf('cosine', PROMPTS[3] ?? ''))) / 2
    const steering = gated(condition({ measure: 'cosine', threshold }))
    const requests = PROMPTS.map((text, i) => ({ prompt: text, ...(i !== 2 && { steering }) }))
    const together = await model.generate(requests, { maxTokens: 10, slots: 3 })
    for (const [i, request] of requests.entries()) {
      const [alone] = await model.generate([request], { maxTokens: 10 })
      expect(together[i]?.text).toBe(alone?.text)
      expect(together[i]?.trace?.gates?.map(({ open }) => open)).toEqual(alone?.trace?.gates?.map(({ open }) => open))
    }
    const opened = together.flatMap(({ trace }) => trace?.gates?.map(({ open }) => open) ?? [])
    expect(new Set(opened)).toEqual(new Set([true, false]))
  })

  test('reads the states as the terms before it leave them', async () => {
    const first = steer('ablate', { layers: [0] }, { seed: 5 })
    const second = [...first, { vector: vector('add', { layers: [0] }, { seed: 6 }) }]
    const value = await measuredOf('projection', prompt, second)
    expect(Math.abs(value - (await measuredOf('projection', prompt)))).toBeGreaterThan(0.01)
    const steering = [...second, ...gated(condition({ threshold: value - 0.01 }))]
    const [answer] = await model.generate([prompt], { maxTokens: 4, steering })
    expect(answer?.trace?.gates).toEqual([{ term: 2, value: expect.closeTo(value, 4), open: true }])
  })

  test('of a prompt of several pieces', async () => {
    const long = `${'qxjzvk'.repeat(180)} and then?`
    const value = await measuredOf('projection', long)
    for (const shift of [-0.01, 0.01]) {
      const [answer] = await model.generate([long], {
        maxTokens: 3,
        steering: gated(condition({ threshold: value + shift })),
      })
      expect(answer?.trace?.gates).toEqual([{ term: 0, value: expect.closeTo(value, 3), open: shift < 0 }])
    }
  })

  test('holds for scores and captured states, too', async () => {
    const value = await measuredOf('projection', prompt)
    const items = [{ prompt, continuation: 'yes it is' }]
    const read = { layers: [3] }
    for (const [shift, same] of [
      [-0.01, [term!]],
      [0.01, undefined],
    ] as const) {
      const steering = gated(condition({ threshold: value + shift }))
      const [found, meant] = [await model.score(items, { steering }), await model.score(items, { steering: same })]
      expect(found[0]?.logLikelihood).toBeCloseTo(meant[0]?.logLikelihood ?? Number.NaN, 4)
      const [states, expected] = [
        await model.capture([prompt], read, { steering }),
        await model.capture([prompt], read, { steering: same }),
      ]
      expect(distance(states.states[0]?.[0] ?? [], expected.states[0]?.[0] ?? [])).toBeLessThan(1e-4)
    }
  })

  test('decides for each prompt that states are read of', async () => {
    const value = await measuredOf('projection', prompt)
    const steering = gated(condition({ threshold: value - 0.01 }))
    const [alone, behind] = [
      await model.capture([prompt], { layers: [3] }, { steering }),
      await model.capture([{ prompt: PROMPTS[0] ?? '' }, { prompt, steering }], { layers: [3] }),
    ]
    expect(distance(behind.states[1]?.[0] ?? [], alone.states[0]?.[0] ?? [])).toBeLessThan(1e-4)
  })

  test('all of several conditions on one term have to be open', async () => {
    const value = await measuredOf('projection', prompt)
    for (const shifts of [
      [-0.01, -0.02],
      [-0.01, 0.01],
    ]) {
      const gates = shifts.map(shift => condition({ threshold: value + shift }))
      const [answer] = await model.generate([prompt], { maxTokens: 4, steering: [{ ...term!, gates }] })
      expect(answer?.trace?.layers.length).toBe(shifts[1] === 0.01 ? 0 : 2)
      expect(answer?.trace?.gates?.map(({ open }) => open)).toEqual(shifts.map(shift => shift < 0))
    }
  })
})

test('later-layers cannot decide about the layers it reads; reading twice can', async () => {
  const gate = {
    kind: 'condition',
    where: { layers: [2] },
    directions,
    measure: 'projection',
    threshold: -1e6,
    open: 'above',
  } as const
  const [term] = steer('add', { layers: [1] })
  const with_ = (pass: 'twice' | 'later-layers') =>
    model.generate([prompt], { maxTokens: 4, steering: [{ ...term!, gates: [{ ...gate, pass }] }] })
  expect(await codeOf(with_('later-layers'))).toBe('invalid-input')
  const [answer] = await with_('twice')
  expect(answer?.trace?.gates?.[0]?.open).toBe(true)
  expect(answer?.trace?.layers[0]?.tokens).toBeGreaterThan(3)
})

test('no condition reads what another one’s term changed, however long the prompt', async () => {
  const [low] = steer('add', { layers: [1] }, { strength: 20 })
  const [high] = steer('add', { layers: [3] })
  const condition = (layer: number, pass: 'twice' | 'later-layers') =>
    ({
      kind: 'condition',
      where: { layers: [layer] },
      directions,
      measure: 'projection',
      threshold: -1e6,
      open: 'above',
      pass,
    }) as const
  const valuesOf = async (text: string, pass: 'twice' | 'later-layers') => {
    const steering = [
      { ...low!, gates: [condition(0, pass)] },
      { ...high!, gates: [condition(2, pass)] },
    ]
    const [answer] = await model.generate([{ raw: text }], { maxTokens: 1, steering })
    return answer?.trace?.gates?.map(({ value }) => value) ?? []
  }
  for (const text of ['once upon a time', 'once upon a time there was a fox. '.repeat(30)]) {
    const { states } = await model.capture([{ raw: text }], { layers: [0, 2] })
    const unsteered = (states[0] ?? []).map(state => measured('projection', state))
    for (const pass of ['twice', 'later-layers'] as const)
      expect(distance(await valuesOf(text, pass), unsteered)).toBeLessThan(1e-3)
  }
})

test('a prompt that is read in several pieces is decided about before the first of them', async () => {
  const raw = 'once upon a time there was a fox. '.repeat(12)
  const { tokens } = await model.render({ raw })
  // More than a piece whose every row is computed to the end, less than one that is not.
  expect(tokens.length).toBeGreaterThan(200)
  expect(tokens.length).toBeLessThan(512)
  const [term] = steer('add', { layers: [2] }, { strength: 2 })
  const open = {
    kind: 'condition',
    where: { layers: [1] },
    directions,
    measure: 'projection',
    threshold: -1e6,
    open: 'above',
  } as const
  const ways = {
    plain: [term!],
    twice: [{ ...term!, gates: [{ ...open, pass: 'twice' as const }] }],
    later: [{ ...term!, gates: [{ ...open, pass: 'later-layers' as const }] }],
  }
  const item = { prompt: { raw }, continuation: '' }
  const last = { layers: [model.info.layers - 1], tokens: { phase: 'prompt' } } as const
  const found = await Promise.all(
    Object.values(ways).map(async steering => {
      const [score] = await model.score([item], { steering })
      const [divergence] = await model.divergence([item], [steering])
      const { states } = await model.capture([item], last, { steering })
      return [score?.logLikelihood ?? 0, ...(divergence?.[0] ?? []), ...(states[0]?.[0] ?? [])]
    }),
  )
  const [plain = [], ...others] = found
  for (const other of others) expect(distance(other, plain)).toBeLessThan(1e-4)
  const [unsteered] = await model.score([item])
  expect(Math.abs((unsteered?.logLikelihood ?? 0) - (plain[0] ?? 0))).toBeGreaterThan(1)
})

test('a condition on tokens that a prompt has not fails that request alone', async () => {
  const gate = {
    kind: 'condition',
    where: { layers: [1], tokens: { part: 'system' } },
    directions,
    measure: 'projection',
    threshold: 0,
    open: 'above',
  } as const
  const [term] = steer('add', { layers: [2] })
  const steering = [{ ...term!, gates: [gate] }]
  const answers = await model.generate(['a', { prompt: 'b', steering }, 'c'], { maxTokens: 2, failures: 'return' })
  expect(answers.map(({ error }) => error?.code)).toEqual([undefined, 'nothing-selected', undefined])
})

describe('gates of single tokens', () => {
  const everything = Where.parse({ layers: [1], tokens: { beginning: 'keep' } })
  const rows = async (gates?: readonly Gate[]) => {
    const steering = gates && [{ vector: { ...vector('add', everything), directions: { unit, scale: 3 } }, gates }]
    const { states } = await model.capture([prompt], everything, { reduce: 'none', steering })
    const all = states[0]?.[0] ?? new Float32Array()
    return Array.from({ length: all.length / WIDTH }, (_, i) => all.subarray(i * WIDTH, (i + 1) * WIDTH))
  }
  /** By how much each row was moved along û. */
  const moved = async (gates: readonly Gate[]) => {
    const [plain, steered] = [await rows(), await rows(gates)]
    return plain.map((row, i) => ({ row, by: dot(steered[i] ?? [], unit) - dot(row, unit) }))
  }

  test.each(['projection', 'cosine'] as const)('each token is decided by its own row: %s', async measure => {
    const values = (await rows()).map(row => measured(measure, row)).sort((a, b) => a - b)
    const middle = Math.floor(values.length / 2)
    const threshold = ((values[middle - 1] ?? 0) + (values[middle] ?? 0)) / 2
    for (const open of ['above', 'below'] as const) {
      const found = await moved([{ kind: 'token', directions, measure, threshold, open }])
      for (const { row, by } of found)
        expect(by).toBeCloseTo(measured(measure, row) > threshold === (open === 'above') ? 3 : 0, 4)
      expect(found.filter(({ by }) => by > 1).length).toBeGreaterThan(1)
      expect(found.filter(({ by }) => by < 1).length).toBeGreaterThan(1)
    }
  })

  test('a budget limits the change to a part of the row’s length, and touches none that keeps to it', async () => {
    const lengths = (await rows()).map(norm).sort((a, b) => a - b)
    // Between two of the rows' lengths: some are limited, some are not.
    const middle = Math.floor(lengths.length / 2)
    const limit = 6 / ((lengths[middle - 1] ?? 0) + (lengths[middle] ?? 0))
    const found = await moved([{ kind: 'norm-budget', limit }])
    for (const { row, by } of found) expect(by).toBeCloseTo(Math.min(3, limit * norm(row)), 4)
    expect(new Set(found.map(({ by }) => by > 2.999)).size).toBe(2)
  })

  test('strength adapts to the row, and budgets act on what comes of it', async () => {
    const points = [
      [-1, 2],
      [1, 0],
    ] as const
    const adaptive = { kind: 'adaptive', directions, measure: 'projection', points } as const
    const factor = (x: number) => Math.min(2, Math.max(0, 1 - x))
    for (const { row, by } of await moved([adaptive])) expect(by).toBeCloseTo(3 * factor(dot(row, unit)), 4)
    const limit = 0.35
    for (const gates of [
      [adaptive, { kind: 'norm-budget', limit }],
      [{ kind: 'norm-budget', limit }, adaptive],
    ] as const)
      for (const { row, by } of await moved(gates))
        expect(by).toBeCloseTo(Math.min(3 * factor(dot(row, unit)), limit * norm(row)), 4)
  })

  test('a gate that never opens edits nothing, and the trace says so', async () => {
    const gates = [{ kind: 'token', directions, measure: 'projection', threshold: 1e6, open: 'above' }] as const
    const [plain] = await model.generate([prompt], { maxTokens: 6 })
    const [answer] = await model.generate([prompt], {
      maxTokens: 6,
      steering: [{ vector: vector('add', { layers: [1] }), gates }],
    })
    expect(answer?.text).toBe(plain?.text)
    expect(answer?.trace?.layers).toEqual([])
  })
})
