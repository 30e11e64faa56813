/** Differently steered requests share every step of decoding, and each has the answer that it has alone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ChatAnswer } from '../../src/serve/openai/chat.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { messages, type Subject, serveModel } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-serve-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file, { contextLength: 512 })

let subject: Subject
beforeAll(async () => {
  // F32 throughout: what else is in a batch changes the sixth digit only, and no token.
  subject = await serveModel(file, 2, {}, { cache: 'f32', flashAttention: 'off' })
})
afterAll(async () => {
  await subject[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const strengths = [-4, -2, -1, 0, 0.5, 1, 2, 4]

async function ask(strength: number) {
  const { body } = await subject.send('POST', '/v1/chat/completions', {
    model: 'default',
    messages,
    temperature: 0,
    max_tokens: 24,
    logprobs: true,
    steering: strength === 0 ? [] : [{ vector: 'compliance', strength }],
  })
  const [choice] = ChatAnswer.parse(body).choices
  return { text: choice?.message.content, logprobs: choice?.logprobs?.content.map(({ logprob }) => logprob) ?? [] }
}

test('requests in one batch give what each gives alone', async () => {
  const alone = []
  for (const strength of strengths) alone.push(await ask(strength))
  const together = await Promise.all(strengths.map(ask))
  expect(together.map(({ text }) => text)).toEqual(alone.map(({ text }) => text))
  expect(new Set(together.map(({ text }) => text)).size).toBe(strengths.length)
  for (const [i, { logprobs }] of together.entries()) {
    expect(logprobs).toHaveLength(24)
    for (const [token, found] of logprobs.entries()) expect(found).toBeCloseTo(alone[i]?.logprobs[token] ?? 0, 4)
  }
})
