/** What a model writes under the grammar of a schema satisfies the schema: held against zod, by a model that writes at random. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { openModel } from '../../engine/open.ts'
import type { Model } from '../../engine/types.ts'
import { anyObjectGrammar, schemaGrammar } from './grammar.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-schema-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file, { contextLength: 4096 })

let model: Model
beforeAll(async () => {
  model = await openModel(file, { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** Answers that came to their end. */
async function answers(grammars: readonly string[], seed: number): Promise<(string | null)[]> {
  const requests = grammars.map(grammar => ({ prompt: { raw: 'a' }, sampling: { grammar, temperature: 1, seed } }))
  const found = await model.generate(requests, { maxTokens: 600, slots: 16 })
  return found.map(({ text, finish }) => (finish === 'stop' ? text : null))
}

/** JSON Schema counts characters, zod what JavaScript makes of them: two each of these. */
const beyond = /[\u{10000}-\u{10ffff}]/gu

const leaf = fc.constantFrom<object>(
  { type: 'string', maxLength: 8 },
  { type: 'string', minLength: 2, maxLength: 5 },
  { type: 'integer' },
  { type: 'number' },
  { type: ['boolean', 'null'] },
  { enum: ['a', 'quote " and \\ and\nline', 3, null] },
  { const: 'one "quote"' },
)
const name = fc.constantFrom('a', 'b c', '"', '\\', 'ö', 'long_name')
const { schema } = fc.letrec<{ schema: object }>(tie => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.uniqueArray(fc.tuple(name, tie('schema'), fc.boolean()), { maxLength: 4, selector: ([key]) => key }))
      .map(([members]) => ({
        type: 'object',
        properties: Object.fromEntries(members.map(([key, inner]) => [key, inner])),
        required: members.filter(([, , required]) => required).map(([key]) => key),
        additionalProperties: false,
      })),
    fc.tuple(tie('schema'), fc.nat({ max: 2 }), fc.nat({ max: 2 })).map(([items, minItems, more]) => ({
      type: 'array',
      items,
      minItems,
      maxItems: minItems + more,
    })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map(anyOf => ({ anyOf })),
  ),
}))

test('answers satisfy their schemas', async () => {
  const schemas = fc.sample(schema, { numRuns: 80, seed: 7 })
  const texts = await answers(
    schemas.map(one => schemaGrammar(one, 'schema')),
    1,
  )
  let ended = 0
  for (const [i, text] of texts.entries()) {
    if (text === null) continue
    ended++
    // Bytes that are no character, which a model at random writes, are one to llama.cpp and several to everybody else.
    if (text.includes('\uFFFD')) continue
    const parsed = z.fromJSONSchema({ ...schemas[i] }).safeParse(JSON.parse(text.replaceAll(beyond, 'x')))
    expect([text, parsed.error?.issues ?? []]).toEqual([text, []])
  }
  expect(ended).toBeGreaterThan(60)
})

test('any object is an object', async () => {
  const texts = (await answers(Array.from({ length: 16 }, anyObjectGrammar), 3)).filter(text => text !== null)
  expect(texts.length).toBeGreaterThan(0)
  for (const text of texts) expect(JSON.parse(text)).toBeTypeOf('object')
})

test('a schema may hold itself, and definitions', async () => {
  const tree = {
    type: 'object',
    properties: { value: { $ref: '#/$defs/digit' }, next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
    required: ['value', 'next'],
    $defs: { digit: { enum: [1, 2, 3] } },
  }
  const Tree = z.object({
    value: z.int().min(1).max(3),
    get next() {
      return z.union([Tree, z.null()])
    },
  })
  const texts = await answers(
    Array.from({ length: 8 }, () => schemaGrammar(tree, 'schema')),
    5,
  )
  const ended = texts.filter(text => text !== null)
  expect(ended.length).toBeGreaterThan(0)
  for (const text of ended) Tree.parse(JSON.parse(text))
})

test('references that lead round to themselves are refused, and bounds that come to too much', () => {
  const refs = { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/c' }, c: { $ref: '#/$defs/a' } }
  expect(() => schemaGrammar({ $ref: '#/$defs/a', $defs: refs }, 'schema')).toThrow('a reference to itself')
  const long = { type: 'string', maxLength: 2000 }
  const many = (count: number) => ({
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, long])),
  })
  expect(schemaGrammar(many(25), 'schema')).toContain('{0,2000}')
  expect(() => schemaGrammar(many(26), 'schema')).toThrow('more than 50000 repetitions')
})

test('alternatives that exclude each other may be called so', () => {
  const shape = (kind: string) => ({
    type: 'object',
    properties: { kind: { const: kind }, size: { type: 'number' } },
    required: ['kind', 'size'],
  })
  const $defs = { circle: shape('circle'), square: shape('square') }
  const tagged = { oneOf: [{ $ref: '#/$defs/circle' }, { $ref: '#/$defs/square' }], $defs }
  for (const schema of [
    tagged,
    { oneOf: [{ type: 'string' }, { type: 'null' }] },
    { oneOf: [{ const: 'a' }, { enum: ['b', 3] }] },
    { oneOf: [{ const: 'a' }, { type: 'integer' }] },
  ]) {
    expect(schemaGrammar(schema, 'schema')).toBe(
      schemaGrammar(JSON.parse(JSON.stringify(schema).replace('oneOf', 'anyOf')), 'schema'),
    )
  }
})

test('of values those are left that have the type beside them', () => {
  expect(schemaGrammar({ type: 'string', enum: ['a', 1] }, 'schema')).toBe(schemaGrammar({ const: 'a' }, 'schema'))
  expect(schemaGrammar({ type: ['integer', 'null'], enum: ['a', 1.5, null, 2] }, 'schema')).toBe(
    schemaGrammar({ enum: [null, 2] }, 'schema'),
  )
})

/** Each of which stands for the next. */
function chain(length: number): Record<string, object> {
  const links = Array.from({ length }, (_, i) => [i, i + 1 < length ? { $ref: `#/$defs/${i + 1}` } : true])
  return Object.fromEntries(links)
}

test.each([
  [{ type: 'string', pattern: '^a+$' }, 'the keyword pattern'],
  [{ type: 'integer', minimum: 3 }, 'the keyword minimum'],
  [{ type: 'array', items: { type: 'string' }, uniqueItems: true }, 'the keyword uniqueItems'],
  [{ allOf: [{ type: 'string' }] }, 'no type beside allOf'],
  [{ type: 'object', properties: {}, required: ['a'] }, 'a required property "a" without a schema'],
  [{ type: 'strange' }, 'the type "strange"'],
  [{ $ref: 'https://example.org/schema' }, 'a reference to another document'],
  [{ $ref: '#/$defs/none' }, 'a reference to nothing'],
  [{ $ref: '#' }, 'a reference to itself'],
  [{ type: 'string', minLength: 5, maxLength: 1 }, 'bounds'],
  [{ enum: [] }, 'no value that it allows'],
  [{ type: 'integer', const: 'x' }, 'no value that it allows'],
  [{ type: 'string', enum: [1, null] }, 'no value that it allows'],
  [{ oneOf: [{ type: 'number' }, { type: 'integer' }] }, 'alternatives that one value may satisfy together'],
  [{ oneOf: [{ const: 1 }, { type: ['string', 'integer'] }] }, 'alternatives that one value may satisfy together'],
  [{ oneOf: [{ enum: ['a', 'b'] }, { enum: ['b', 'c'] }] }, 'alternatives that one value may satisfy together'],
  [{ oneOf: [{ type: 'object' }, { type: 'object' }] }, 'alternatives that one value may satisfy together'],
  [{ $ref: '#/$defs/0', $defs: chain(4000) }, 'schemas within schemas, more than 64 deep'],
])('%o is refused: %s', (given, what) => {
  expect(() => schemaGrammar(given, 'response_format')).toThrow(what)
})
