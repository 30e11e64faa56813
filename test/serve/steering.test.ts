/** Each request is steered as it says, whatever its neighbours in the batch say. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { ChatAnswer } from '../../src/serve/openai/chat.ts'
import { messages, question, type Subject, serveOrganism } from './server.ts'

let subject: Subject
beforeAll(async () => {
  subject = await serveOrganism()
})
afterAll(() => subject[Symbol.asyncDispose]())

const base = { model: 'default', messages, temperature: 0, max_tokens: 24 }

async function ask(more: object) {
  const { status, body } = await subject.send('POST', '/v1/chat/completions', { ...base, ...more })
  expect(body).toMatchObject(status === 200 ? { object: 'chat.completion' } : { error: {} })
  return { ...ChatAnswer.parse(body), text: ChatAnswer.parse(body).choices[0]?.message.content }
}
const refusal = async (more: object) => {
  const { status, body } = await subject.send('POST', '/v1/chat/completions', { ...base, ...more })
  return {
    status,
    ...z.object({ error: z.object({ message: z.string(), code: z.string().nullable() }) }).parse(body).error,
  }
}

test('a steered answer is what the engine gives with that steering', async () => {
  const { model } = subject.server.service
  const steering = [{ vector: subject.vector, strength: 2 }]
  const [alone] = await model.generate([question], { steering, maxTokens: 24 })
  const { text, plimsoll } = await ask({ steering: [{ vector: 'compliance', strength: 2 }], trace: true })
  expect(text).toBe(alone?.text)
  expect(text).not.toBe((await ask({})).text)
  expect(plimsoll.steering).toEqual([{ vector: 'compliance', strength: 2, verdict: null }])
  expect(plimsoll.trace).toEqual([JSON.parse(JSON.stringify(alone?.trace))])
})

test('the name of a model says the same as the field', async () => {
  const field = await ask({ steering: [{ vector: 'compliance', strength: 1.5 }] })
  for (const model of ['default+compliance@1.5', 'organism+compliance@1.5']) {
    const named = await ask({ model })
    expect(named.text).toBe(field.text)
    expect(named.plimsoll.steering).toEqual(field.plimsoll.steering)
  }
  const twice = await ask({ model: 'default+compliance@0.5+compliance@1' })
  expect(twice.plimsoll.steering.map(({ strength }) => strength)).toEqual([0.5, 1])
})

test('where-clauses and gates hold for their request', async () => {
  const gate = { kind: 'norm-budget', limit: 0.05 }
  const budget = await ask({ steering: [{ vector: 'compliance', strength: 3, gate }], trace: true })
  const trace = z.array(z.object({ layers: z.array(z.object({ layer: z.int(), relativeChange: z.number() })) }))
  const [{ layers = [] } = {}] = trace.parse(budget.plimsoll.trace)
  expect(layers.map(({ layer }) => layer)).toEqual([5])
  expect(layers[0]?.relativeChange).toBeLessThanOrEqual(0.0501)
  expect(budget.plimsoll.warnings[0]).toMatch(/never measured as it is used here/)

  const closed = { kind: 'token', measure: 'cosine', threshold: 2, open: 'above' }
  const shut = await ask({ steering: [{ vector: 'compliance', strength: 3, gate: [closed] }] })
  expect(shut.text).toBe((await ask({})).text)

  const where = { layers: [5], tokens: { phase: 'prompt', last: 1 } }
  const last = await ask({ steering: [{ vector: 'compliance', strength: 1, where }], trace: true })
  expect(last.plimsoll.trace).toMatchObject([{ layers: [{ layer: 5, tokens: 1 }] }])
})

test('a default steers whoever says nothing, and nobody else', async () => {
  const [plain, steered] = [await ask({}), await ask({ steering: [{ vector: 'compliance', strength: 2 }] })]
  const { status } = await subject.send('PUT', '/v1/steering/default', {
    steering: [{ vector: 'compliance', strength: 2 }],
  })
  expect(status).toBe(200)
  expect((await ask({})).text).toBe(steered.text)
  expect((await ask({ steering: [] })).text).toBe(plain.text)
  expect((await ask({ model: 'organism' })).text).toBe(plain.text)
  await subject.send('PUT', '/v1/steering/default', { steering: [] })
  expect((await ask({})).text).toBe(plain.text)
})

test.each([
  ['a vector that is not there', { steering: [{ vector: 'nobody' }] }, 404, 'vector_not_found'],
  ['the same in the name', { model: 'default+nobody' }, 404, 'vector_not_found'],
  ['said twice', { model: 'default+compliance', steering: [] }, 400, 'invalid_value'],
  ['a strength that is none', { model: 'default+compliance@much' }, 400, 'invalid_value'],
  [
    'a layer that is not there',
    { steering: [{ vector: 'compliance', where: { layers: [99] } }] },
    400,
    'invalid-input',
  ],
  ['a file', { steering: [{ vector: '../../etc/passwd' }] }, 400, 'invalid_value'],
  ['code', { steering: [{ vector: { edit: 'custom', module: '/tmp/x.js' } }] }, 400, 'invalid_value'],
])('%s is refused', async (_, more, status, code) => {
  expect(await refusal(more)).toMatchObject({ status, code })
})

test('hidden states are those that the engine captures, as numbers and as bytes', async () => {
  const where = { site: 'residual', layers: [2, 5], tokens: { phase: 'prompt', last: 3 } } as const
  const steering = [{ vector: subject.vector, strength: 2 }]
  const meant = await subject.server.service.model.capture([question], where, { reduce: 'none', steering })
  const body = {
    model: 'default',
    input: [question],
    where,
    reduce: 'none',
    steering: [{ vector: 'compliance', strength: 2 }],
  }
  const Answer = z.object({
    layers: z.array(z.int()),
    width: z.int(),
    data: z.array(z.object({ positions: z.array(z.int()), states: z.array(z.unknown()) })),
  })
  const numbers = Answer.parse((await subject.send('POST', '/v1/hidden-states', body)).body)
  expect(numbers.layers).toEqual([2, 5])
  expect(numbers.data[0]?.positions).toEqual(meant.positions[0])
  expect(numbers.data[0]?.states.map(rows => z.array(z.array(z.number())).parse(rows).flat())).toEqual(
    meant.states[0]?.map(states => [...states]),
  )
  const packed = Answer.parse(
    (await subject.send('POST', '/v1/hidden-states', { ...body, encoding_format: 'base64' })).body,
  )
  for (const [i, text] of (packed.data[0]?.states ?? []).entries()) {
    const bytes = new Uint8Array(Buffer.from(z.string().parse(text), 'base64'))
    expect([...new Float32Array(bytes.buffer)]).toEqual([...(meant.states[0]?.[i] ?? [])])
  }
})
