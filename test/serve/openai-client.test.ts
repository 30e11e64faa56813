/** The official client, as it comes: chats and texts, whole and streamed, errors, models. */
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { messages, question, type Subject, serveOrganism } from './server.ts'

let subject: Subject
let client: OpenAI
beforeAll(async () => {
  subject = await serveOrganism()
  client = new OpenAI({ baseURL: `${subject.server.url}/v1`, apiKey: 'none is needed', maxRetries: 0 })
})
afterAll(() => subject[Symbol.asyncDispose]())

const Event = z.object({ choices: z.array(z.unknown()), plimsoll: z.unknown().optional() })
const greedy = { model: 'default', temperature: 0 } as const

test('lists the model, and the model with each vector', async () => {
  const ids: string[] = []
  for await (const { id } of client.models.list()) ids.push(id)
  expect(ids).toEqual(['organism', 'default', 'default+compliance'])
  expect((await client.models.retrieve('default+compliance')).id).toBe('default+compliance')
  await expect(client.models.retrieve('gpt-4o')).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
})

test('a chat is what the model answers by itself', async () => {
  const [alone] = await subject.server.service.model.generate([question])
  const answer = await client.chat.completions.create({ ...greedy, messages })
  expect(answer.object).toBe('chat.completion')
  expect(answer.choices).toMatchObject([
    { index: 0, message: { role: 'assistant', content: alone?.text }, finish_reason: 'stop', logprobs: null },
  ])
  const [prompt, completion] = [alone?.promptTokens ?? 0, alone?.tokens.length ?? 0]
  expect(answer.usage).toEqual({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  })
})

test('every event of a stream has a choice, and the last one says what was done', async () => {
  for (const path of ['chat/completions', 'completions']) {
    const asked = path === 'completions' ? { prompt: 'a turnip is' } : { messages }
    const { body } = await subject.send('POST', `/v1/${path}`, {
      ...greedy,
      ...asked,
      n: 2,
      max_tokens: 3,
      stream: true,
    })
    const events = z
      .string()
      .parse(body)
      .split('\n\n')
      .filter(event => event.startsWith('data: {'))
      .map(event => Event.parse(JSON.parse(event.slice(6))))
    expect(events.filter(({ choices }) => choices.length === 0)).toEqual([])
    expect(events.filter(({ plimsoll }) => plimsoll !== undefined)).toEqual([events.at(-1)])
  }
})

test('an answer that ends before its first token is an empty one', async () => {
  const [end] = await subject.server.service.model.tokenize('<|end|>', { special: 'parse' })
  const stream = client.chat.completions.stream({ ...greedy, messages, logit_bias: { [String(end)]: 100 } })
  const { choices } = await stream.finalChatCompletion()
  expect(choices).toMatchObject([{ finish_reason: 'stop', message: { role: 'assistant', content: '' } }])
})

test('a stream has the same text, log-probabilities and usage as the whole', async () => {
  const asked = { ...greedy, messages, logprobs: true, top_logprobs: 3 }
  const whole = await client.chat.completions.create(asked)
  const stream = await client.chat.completions.create({
    ...asked,
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  const logprobs: unknown[] = []
  const finishes: unknown[] = []
  let usage: unknown = null
  for await (const piece of stream) {
    for (const { delta, logprobs: found, finish_reason: finish } of piece.choices) {
      text += delta.content ?? ''
      logprobs.push(...(found?.content ?? []))
      if (finish !== null) finishes.push(finish)
    }
    usage = piece.usage ?? usage
  }
  expect(text).toBe(whole.choices[0]?.message.content)
  expect(logprobs).toEqual(whole.choices[0]?.logprobs?.content)
  expect(finishes).toEqual(['stop'])
  expect(usage).toEqual(whole.usage)
  const content = whole.choices[0]?.logprobs?.content ?? []
  expect(content.map(({ token }) => token).join('')).toBe(text)
  // Greedy: what was taken is the likeliest.
  for (const { token, logprob, top_logprobs: top } of content) expect(top[0]).toMatchObject({ token, logprob })
})

test('n answers, each with a seed of its own, the same again with the same seed', async () => {
  const ask = () => client.chat.completions.create({ model: 'default', messages, n: 4, seed: 7, temperature: 2 })
  const [first, second] = [await ask(), await ask()]
  const texts = first.choices.map(({ message }) => message.content)
  expect(first.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3])
  expect(new Set(texts).size).toBeGreaterThan(1)
  expect(second.choices.map(({ message }) => message.content)).toEqual(texts)
})

test('stops before a stop string, and at the number of tokens', async () => {
  const { choices: whole } = await client.chat.completions.create({ ...greedy, messages })
  const text = whole[0]?.message.content ?? ''
  const word = text.split(' ')[2] ?? ''
  const { choices: stopped } = await client.chat.completions.create({ ...greedy, messages, stop: [word] })
  expect(stopped[0]).toMatchObject({ finish_reason: 'stop', message: { content: text.slice(0, text.indexOf(word)) } })
  const { choices: cut, usage } = await client.chat.completions.create({
    ...greedy,
    messages,
    max_completion_tokens: 2,
  })
  expect(cut[0]?.finish_reason).toBe('length')
  expect(usage?.completion_tokens).toBe(2)
})

test('an answer matches a grammar', async () => {
  const grammar = 'root ::= "you" | "we"'
  const asked = { ...greedy, messages, grammar }
  const { choices } = await client.chat.completions.create(asked)
  expect(['you', 'we']).toContain(choices[0]?.message.content)
  const broken = { ...greedy, messages, grammar: 'root ::= (' }
  await expect(client.chat.completions.create(broken)).rejects.toMatchObject({ status: 400 })
})

test('texts without a template, several at once', async () => {
  const prompt = ['the miller and the', 'a turnip is']
  const alone = await subject.server.service.model.generate(
    prompt.map(raw => ({ raw })),
    { maxTokens: 5 },
  )
  const answer = await client.completions.create({ ...greedy, prompt, max_tokens: 5, logprobs: 2 })
  expect(answer.choices.map(({ text }) => text)).toEqual(alone.map(({ text }) => text))
  for (const [i, { text, logprobs }] of answer.choices.entries()) {
    expect(logprobs?.tokens?.join('')).toBe(text)
    expect(logprobs?.token_logprobs).toHaveLength(alone[i]?.tokens.length ?? 0)
    expect(Object.keys(logprobs?.top_logprobs?.[0] ?? {})).toHaveLength(2)
  }
  let streamed = ''
  const stream = await client.completions.create({ ...greedy, prompt: 'a turnip is', max_tokens: 5, stream: true })
  for await (const { choices } of stream) streamed += choices[0]?.text ?? ''
  expect(streamed).toBe(alone[1]?.text)
})

test.each([
  ['another model', { model: 'gpt-4o', messages }, 404, 'model'],
  ['no messages', { model: 'default', messages: [] }, 400, 'messages'],
  ['a key that is not known', { model: 'default', messages, temprature: 1 }, 400, 'temprature'],
  ['a penalty that is not there', { model: 'default', messages, frequency_penalty: 1 }, 400, 'frequency_penalty'],
  ['too many tokens', { model: 'default', messages, max_tokens: 100_000 }, 400, 'max_tokens'],
])('%s is refused in the form of OpenAI', async (_, body, status, param) => {
  const { status: found, body: answer } = await subject.send('POST', '/v1/chat/completions', body)
  expect(found).toBe(status)
  expect(answer).toMatchObject({ error: { message: expect.any(String), type: expect.any(String), param } })
})

test('a prompt that is too long has the code that clients look for', async () => {
  const long = [{ role: 'user' as const, content: 'turnip '.repeat(600) }]
  await expect(client.chat.completions.create({ ...greedy, messages: long })).rejects.toMatchObject({
    status: 400,
    code: 'context_length_exceeded',
  })
})

test('an answer has the form that response_format asks for', async () => {
  const schema = {
    type: 'object',
    properties: { ok: { type: 'boolean' }, kind: { enum: ['a', 'b'] } },
    required: ['ok', 'kind'],
    additionalProperties: false,
  }
  const asked = {
    ...greedy,
    messages,
    response_format: { type: 'json_schema' as const, json_schema: { name: 'it', schema } },
  }
  const { choices } = await client.chat.completions.create(asked)
  expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({
    ok: expect.any(Boolean),
    kind: expect.stringMatching(/^[ab]$/),
  })
  const pattern = { name: 'it', schema: { type: 'string', pattern: 'a' } }
  const unsaid = { ...asked, response_format: { type: 'json_schema' as const, json_schema: pattern } }
  await expect(client.chat.completions.create(unsaid)).rejects.toMatchObject({ code: 'unsupported_schema' })
})
