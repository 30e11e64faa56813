/** Values of a JSON Schema, as far as the OpenAPI document of the server uses it: right ones, and ones gone wrong. */
import fc from 'fast-check'
import { z } from 'zod'

const Schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  propertyNames: z.unknown().optional(),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  minItems: z.int().optional(),
  maxItems: z.int().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  pattern: z.string().optional(),
})
type Schema = z.output<typeof Schema>

/** Values for what a schema cannot say: names that exist, sizes that are quick. By the key that holds them. */
export type Hints = Readonly<Record<string, fc.Arbitrary<unknown>>>

/** Of anything that JSON can say. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, '', 0, -1, 1e308, 2 ** 53, '\u0000', '../../etc/passwd', '\ud800', [], {}, 'NaN'),
  fc.jsonValue({ maxDepth: 3 }),
)

/** @param twisted one value in so many is not what the schema says; 0: none */
export function arbitraryOf(written: unknown, hints: Hints, twisted: number): fc.Arbitrary<unknown> {
  const right = rightValue(Schema.parse(written === true ? {} : written), hints, twisted)
  return twisted === 0 ? right : fc.oneof({ weight: twisted, arbitrary: right }, { weight: 1, arbitrary: junk })
}

function rightValue(schema: Schema, hints: Hints, twisted: number): fc.Arbitrary<unknown> {
  const inner = (one: unknown) => arbitraryOf(one, hints, twisted)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives !== undefined) return fc.oneof(...alternatives.map(inner))
  const types = schema.type === undefined ? [] : [schema.type].flat()
  if (types.length === 0) return junk
  return fc.oneof(...types.map(type => ofType(type, schema, hints, twisted)))
}

function ofType(type: string, schema: Schema, hints: Hints, twisted: number): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: Math.ceil(lowest(schema)), max: Math.floor(highest(schema)) })
    case 'number':
      return fc.double({ min: lowest(schema), max: highest(schema), noNaN: true })
    case 'string':
      return text(schema)
    case 'array':
      return list(schema, hints, twisted)
    case 'object':
      return record(schema, hints, twisted)
    default:
      throw new Error(`A JSON Schema of type ${type} is new to the fuzz`)
  }
}

function lowest({ minimum, exclusiveMinimum }: Schema): number {
  return Math.max(minimum ?? -1e6, exclusiveMinimum === undefined ? -1e6 : exclusiveMinimum + 1e-3)
}

function highest({ maximum, exclusiveMaximum }: Schema): number {
  return Math.min(maximum ?? 1e6, exclusiveMaximum === undefined ? 1e6 : exclusiveMaximum - 1e-3)
}

const longestText = 60
const longestList = 4

function text({ pattern, minLength = 0, maxLength = longestText }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, longestText)) }
  return fc.oneof(
    fc.string(length),
    fc.string({ ...length, unit: 'grapheme' }),
    fc.string({ ...length, unit: 'binary' }),
  )
}

function list(schema: Schema, hints: Hints, twisted: number): fc.Arbitrary<unknown[]> {
  const { prefixItems, items = {}, minItems = 0, maxItems = longestList } = schema
  if (prefixItems !== undefined) return fc.tuple(...prefixItems.map(one => arbitraryOf(one, hints, twisted)))
  return fc.array(arbitraryOf(items, hints, twisted), {
    minLength: minItems,
    maxLength: Math.max(minItems, Math.min(maxItems, longestList)),
  })
}

function record(schema: Schema, hints: Hints, twisted: number): fc.Arbitrary<object> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema
  if (Object.keys(properties).length === 0 && typeof additionalProperties === 'object') {
    const names = Schema.parse(propertyNames ?? { type: 'string' })
    return fc.dictionary(text(names), arbitraryOf(additionalProperties, hints, twisted), { maxKeys: longestList })
  }
  const keys = Object.entries(properties).map(([key, one]): [string, fc.Arbitrary<unknown>] => {
    const hint = Object.hasOwn(hints, key) ? hints[key] : undefined
    const plain = arbitraryOf(one, hints, twisted)
    return [key, hint === undefined ? plain : fc.oneof({ weight: 9, arbitrary: hint }, { weight: 1, arbitrary: plain })]
  })
  const whole = fc.record(Object.fromEntries(keys), {
    requiredKeys: twisted > 0 ? [] : required.filter(key => Object.hasOwn(properties, key)),
  })
  // Most of what is optional would make every request wrong somewhere: a few keys at a time.
  return fc
    .tuple(whole, fc.infiniteStream(fc.nat({ max: 9 })))
    .map(([value, dice]) =>
      Object.fromEntries(
        Object.entries(value).filter(([key]) => required.includes(key) || (dice.next().value ?? 0) < 3),
      ),
    )
}
