/** Tools, on a model whose template declares them, with the official client. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { type Subject, serveModel, serveOrganism } from './server.ts'

/** In the form of Qwen's and Hermes'. */
const template = `{% if tools %}<|system|>Tools:{% for tool in tools %}
{{ tool | tojson }}{% endfor %}
Call one as <tool_call>{"name": …, "arguments": …}</tool_call><|end|>{% endif %}{% for m in messages %}<|{{ 'user' if m.role == 'tool' else m.role }}|>{{ m.content }}{% if m.tool_calls %}{% for call in m.tool_calls %}<tool_call>
{{ call.function | tojson }}
</tool_call>{% endfor %}{% endif %}<|end|>{% endfor %}<|assistant|>`

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tools-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file, {
  contextLength: 2048,
  change: parts => {
    parts.metadata['tokenizer.chat_template'] = { string: template }
  },
})

let subject: Subject
let client: OpenAI
beforeAll(async () => {
  subject = await serveModel(file, 2)
  client = new OpenAI({ baseURL: `${subject.server.url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(async () => {
  await subject[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'Tells the weather.',
    parameters: {
      type: 'object',
      properties: { place: { enum: ['Ulm', 'Bern'] }, days: { type: 'integer' } },
      required: ['place'],
      additionalProperties: false,
    },
  },
}
const time = { type: 'function' as const, function: { name: 'time', parameters: { type: 'object', properties: {} } } }
const messages = [{ role: 'user' as const, content: 'Is it warm in Ulm?' }]
const asked = { model: 'default', messages, tools: [weather, time], max_tokens: 300, seed: 3 }
const Weather = z.strictObject({ place: z.enum(['Ulm', 'Bern']), days: z.int().optional() })

test('tools and another form of the answer exclude each other', async () => {
  const response_format = { type: 'json_object' as const }
  await expect(
    client.chat.completions.create({ ...asked, tool_choice: 'required', response_format }),
  ).rejects.toMatchObject({ status: 400, param: 'response_format', error: { fix: expect.stringContaining('none') } })
  expect(
    (await subject.send('POST', '/v1/chat/completions', { ...asked, grammar: 'root ::= "a"' })).body,
  ).toMatchObject({
    error: { param: 'grammar' },
  })
  const { choices } = await client.chat.completions.create({ ...asked, tool_choice: 'none', response_format })
  expect(choices[0]?.message.tool_calls).toBeUndefined()
})

test('a call that is demanded is made, with arguments that fit, whole and streamed', async () => {
  const choice = { type: 'function' as const, function: { name: 'weather' } }
  const whole = await client.chat.completions.create({
    ...asked,
    tool_choice: choice,
    steering: [{ vector: 'compliance' }],
  } as typeof asked)
  const [found] = whole.choices
  expect(found?.finish_reason).toBe('tool_calls')
  expect(found?.message.content).toBeNull()
  const [call] = found?.message.tool_calls ?? []
  expect(call).toMatchObject({ type: 'function', function: { name: 'weather' } })
  if (call?.type === 'function') Weather.parse(JSON.parse(call.function.arguments))

  const stream = client.chat.completions.stream({ ...asked, tool_choice: 'required' })
  const message = await stream.finalMessage()
  expect(message.tool_calls).toHaveLength(1)
  expect(['weather', 'time']).toContain(
    message.tool_calls?.[0]?.type === 'function' && message.tool_calls[0].function.name,
  )
})

test('the model is told the tools, earlier calls and what came of them; their user is still a user', async () => {
  const { model } = subject.server.service
  const rendered = await model.render({
    messages: [
      { role: 'user', content: 'Is it warm?' },
      { role: 'assistant', content: '', toolCalls: [{ name: 'weather', arguments: { place: 'Ulm' } }] },
      { role: 'tool', content: '21 degrees' },
    ],
    tools: [weather],
  })
  expect(rendered.text).toContain('"description": "Tells the weather."')
  expect(rendered.text).toContain('"place": "Ulm"')
  expect(rendered.text).toContain('21 degrees')
  const users = rendered.parts.filter(({ part }) => part === 'user')
  expect(users).toHaveLength(1)
  expect(await model.detokenize(rendered.tokens.slice(users[0]?.start, users[0]?.end))).toBe('Is it warm?')

  const call = { id: 'call_1', type: 'function' as const, function: { name: 'weather', arguments: '{"place":"Ulm"}' } }
  const history = [
    ...messages,
    { role: 'assistant' as const, content: null, tool_calls: [call] },
    { role: 'tool' as const, tool_call_id: 'call_1', content: '21 degrees' },
  ]
  const answer = await client.chat.completions.create({ ...asked, messages: history, max_tokens: 4 })
  expect(answer.choices[0]?.finish_reason).toBe('length')
  const none = await client.chat.completions.create({ ...asked, tool_choice: 'none', max_tokens: 1 })
  expect(none.usage?.prompt_tokens).toBeLessThan(answer.usage?.prompt_tokens ?? 0)
})

test('what cannot be is refused', async () => {
  const ask = (more: object) => subject.send('POST', '/v1/chat/completions', { ...asked, ...more })
  const stranger = { type: 'function', function: { name: 'shell' } }
  expect(await ask({ tool_choice: stranger })).toMatchObject({ status: 400, body: { error: { param: 'tool_choice' } } })
  const call = { id: '1', type: 'function', function: { name: 'weather', arguments: 'Ulm' } }
  const broken = [...messages, { role: 'assistant', content: '', tool_calls: [call] }]
  expect(await ask({ messages: broken })).toMatchObject({ status: 400, body: { error: { param: 'messages' } } })
  await using organism = await serveOrganism()
  const untold = await organism.send('POST', '/v1/chat/completions', { ...asked, max_tokens: 4 })
  expect(untold).toMatchObject({ status: 400, body: { error: { code: 'tools_unsupported' } } })
})

test('a stream with tools tells the log-probabilities that the whole answer does', async () => {
  for (const tool_choice of ['required', 'auto'] as const) {
    const wanted = { ...asked, tool_choice, logprobs: true, max_tokens: 40, temperature: 0 } as const
    const whole = await client.chat.completions.create(wanted)
    const streamed: string[] = []
    for await (const { choices } of await client.chat.completions.create({ ...wanted, stream: true }))
      streamed.push(...(choices[0]?.logprobs?.content ?? []).map(({ token }) => token))
    expect(streamed).toEqual(whole.choices[0]?.logprobs?.content?.map(({ token }) => token))
    expect(streamed.length).toBeGreaterThan(0)
  }
})
