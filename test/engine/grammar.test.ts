/** Answers that have to match a grammar, by llama.cpp's own reading of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Model } from '../../src/engine/types.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { PROMPTS } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-grammar-'))
let model: Model
beforeAll(async () => {
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file, { endOfTurn: 'likely' })
  model = await openModel(file, { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** Grammars, each with the regular expression that its sentences match. */
const grammars: [grammar: string, sentences: RegExp][] = [
  ['root ::= "yes" | "no"', /^(yes|no)$/],
  ['root ::= [a-c]{4}', /^[a-c]{4}$/],
  ['root ::= item ("," item){2}\nitem ::= "<" [0-9]{1,3} ">"', /^<\d{1,3}>,<\d{1,3}>,<\d{1,3}>$/],
  ['root ::= "{\\"a\\": " ("true" | "false") "}"', /^\{"a": (true|false)\}$/],
]

describe.each([0, 1])('at temperature %d', temperature => {
  test.each(grammars)('%s', async (grammar, sentences) => {
    const answers = await model.generate(PROMPTS, { maxTokens: 40, sampling: { grammar, temperature } })
    for (const { text, finish } of answers) {
      expect(text).toMatch(sentences)
      expect(finish).toBe('stop')
    }
    expect(await model.generate(PROMPTS, { maxTokens: 40, sampling: { grammar, temperature } })).toEqual(answers)
  })
})

test('what is drawn under a grammar differs by seed', async () => {
  const grammar = 'root ::= [a-z]{12}'
  const answers = await model.generate(
    Array.from({ length: 8 }, () => 'hello'),
    {
      maxTokens: 12,
      sampling: { grammar, temperature: 1 },
    },
  )
  expect(new Set(answers.map(({ text }) => text)).size).toBeGreaterThan(4)
})

test('neighbours without a grammar are not bound by it', async () => {
  const plain = await model.generate(PROMPTS, { maxTokens: 12 })
  const mixed = await model.generate(
    PROMPTS.map((prompt, i) => (i % 2 === 0 ? { prompt } : { prompt, sampling: { grammar: 'root ::= "ab" [0-9]+' } })),
    { maxTokens: 12 },
  )
  for (const i of PROMPTS.keys()) {
    if (i % 2 === 0) expect(mixed[i]).toEqual(plain[i])
    else expect(mixed[i]?.text).toMatch(/^ab\d+$/)
  }
})

test.each([
  ['root = x', 'not GBNF'],
  ['start ::= "a"', 'no rule named root'],
  ['root ::= root "a" | "b"', 'left recursion'],
  ['root ::= other', 'a rule that is not defined'],
  ['root ::= "a"{1,', 'a repetition that does not end'],
])('%j fails alone: %s', async grammar => {
  const [failed, fine] = await model.generate([{ prompt: 'hello', sampling: { grammar } }, 'hello'], {
    maxTokens: 4,
    failures: 'return',
  })
  expect(failed).toMatchObject({ finish: 'failed', error: { code: 'invalid-input' } })
  expect(failed?.error?.found).toContain(grammar)
  expect(fine?.tokens.length).toBeGreaterThan(0)
})

test('a grammar that no token of the model continues is an error', async () => {
  const a = await model.tokenize('a')
  const sampling = {
    grammar: 'root ::= "a"',
    logitBias: Object.fromEntries(a.map(token => [token, Number.NEGATIVE_INFINITY])),
  }
  await expect(model.generate(['hello'], { sampling, maxTokens: 4 })).rejects.toMatchObject({ code: 'invalid-input' })
  expect((await model.generate(['hello'], { sampling: { grammar: 'root ::= "a"' }, maxTokens: 4 }))[0]?.text).toBe('a')
})

test('a call that is cancelled in the middle of a grammar leaves the model free', async () => {
  const controller = new AbortController()
  const call = model.generate(PROMPTS, {
    maxTokens: 200,
    sampling: { grammar: 'root ::= [a-z]+' },
    signal: controller.signal,
    onToken: () => controller.abort(),
  })
  await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  expect((await model.generate(['hello'], { sampling: { grammar: 'root ::= "b"' }, maxTokens: 4 }))[0]?.text).toBe('b')
})
