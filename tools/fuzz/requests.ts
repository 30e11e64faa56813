/** Requests made of an OpenAPI document. */
import fc from 'fast-check'
import { z } from 'zod'
import { arbitraryOf, type Hints, junk } from './arbitrary.ts'

const Parameter = z.looseObject({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean(),
  schema: z.unknown(),
})
const Operation = z.looseObject({
  parameters: z.array(Parameter).default([]),
  requestBody: z
    .object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) })
    .loose()
    .optional(),
})
const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) })

export interface FuzzRequest {
  /** As the document has it, such as `/v1/vectors/{name}`. */
  readonly route: string
  readonly method: string
  readonly path: string
  readonly type: string | null
  readonly body: string | Uint8Array | null
}

export interface FuzzOptions {
  readonly hints: Hints
  /** Files that are taken as uploads, to be sent as they are and damaged. */
  readonly files: readonly Uint8Array[]
}

export function requestsOf(document: unknown, { hints, files }: FuzzOptions): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(Document.parse(document).paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route, method, operation })),
  )
  return fc.oneof(
    ...operations.map(({ route, method, operation }) => {
      const [content] = Object.entries(operation.requestBody?.content ?? {})
      const arbitrary = fc.record({
        route: fc.constant(route),
        method: fc.constant(method.toUpperCase()),
        path: pathOf(route, operation.parameters, hints),
        type: content === undefined ? fc.constant(null) : typeOf(content[0]),
        body: content === undefined ? fc.constant(null) : bodyOf(content[0], content[1].schema, hints, files),
      })
      // Nearly all that can go wrong goes wrong in what is sent.
      return { weight: content === undefined ? 1 : 6, arbitrary }
    }),
  )
}

function pathOf(route: string, parameters: readonly z.output<typeof Parameter>[], hints: Hints): fc.Arbitrary<string> {
  const values = parameters.map(({ name, schema }) => {
    const hint = Object.hasOwn(hints, name) ? [hints[name] ?? junk] : []
    return fc.oneof(...hint, arbitraryOf(schema, hints, 4)).map(value => encoded(value))
  })
  return fc.tuple(...values).map(found => {
    const named = parameters.map((parameter, i) => ({ ...parameter, value: found[i] ?? '' }))
    const path = named
      .filter(one => one.in === 'path')
      .reduce((filled, { name, value }) => filled.replace(`{${name}}`, () => value || '%20'), route)
    const query = named.filter(one => one.in === 'query').map(({ name, value }) => `${name}=${value}`)
    return query.length === 0 ? path : `${path}?${query.join('&')}`
  })
}

function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return encodeURIComponent(text.toWellFormed()).slice(0, 300).replace(/%.?$/, '')
}

function typeOf(type: string): fc.Arbitrary<string> {
  return fc.oneof({ weight: 40, arbitrary: fc.constant(type) }, { weight: 1, arbitrary: fc.constant('text/plain') })
}

function bodyOf(
  type: string,
  schema: unknown,
  hints: Hints,
  files: readonly Uint8Array[],
): fc.Arbitrary<string | Uint8Array> {
  if (type !== 'application/json') return fileOf(files)
  const json = (twisted: number) => arbitraryOf(schema, hints, twisted).map(value => JSON.stringify(value))
  return fc.oneof(
    { weight: 12, arbitrary: json(0) },
    { weight: 6, arbitrary: json(12) },
    { weight: 1, arbitrary: json(0).map(text => text.slice(0, -1)) },
    { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
  )
}

/** Whole, cut, with bytes changed, or no file at all. */
function fileOf(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const whole = fc.constantFrom(...files)
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 })
  return fc.oneof(
    whole,
    fc.tuple(whole, fc.nat()).map(([file, cut]) => file.slice(0, cut % (file.length + 1))),
    fc.tuple(whole, changes).map(([file, list]) => {
      const copy = Uint8Array.from(file)
      for (const [at, byte] of list) copy[at % copy.length] = byte
      return copy
    }),
    fc.uint8Array({ maxLength: 400 }),
  )
}
