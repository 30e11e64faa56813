/** Turns what zod finds wrong with a study file into the four lines of an error. */
import { z } from 'zod'
import { suggest } from '../suggest.ts'

/** One thing wrong, where it is, and what to do. */
export interface Problem {
  /** Such as `['measure', 'robustness', 0, 'templates']`. */
  readonly path: readonly (string | number)[]
  readonly expected: string
  readonly found: string
  readonly fix: string
  /** Whether the key, not its value, is wrong. */
  readonly atKey: boolean
}

type Schema = z.core.$ZodType

/** The problem to show first; undefined when the value is valid. Of a union, the branch that comes nearest is explained. */
export function firstProblem(schema: Schema, value: unknown, path: Problem['path'] = []): Problem | undefined {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodUnion && !valid(inner, value)) {
    const nearest = nearestBranch(inner.options, value)
    if (nearest !== undefined) return firstProblem(nearest, value, path)
  }
  const issue = z.safeParse(inner, value).error?.issues[0]
  if (issue === undefined) return undefined
  const [key] = issue.path
  if (key !== undefined && typeof key !== 'symbol') {
    const child = childOf(inner, key)
    const problem = child && firstProblem(child, childValue(value, key), [...path, key])
    if (problem !== undefined) return problem
  }
  if (issue.code === 'unrecognized_keys') return unknownKey(issue.keys[0] ?? '', keysOf(inner), path)
  const found = childValue({ value }, 'value')
  // Who mistakes keyFrom for the key itself should not find it on the screen and in logs.
  const secret = key === undefined && path.at(-1) === 'keyFrom'
  return {
    path,
    expected: describe(inner, issue.message),
    found: secret ? 'something else, not shown' : show(found),
    fix: secret ? 'Write the name of the variable, such as OPENAI_API_KEY.' : fixFor(found, path, inner),
    atKey: false,
  }
}

function unknownKey(key: string, known: readonly string[], path: Problem['path']): Problem {
  const near = suggest(key, known)
  return {
    path: [...path, key],
    expected: `one of ${known.join(', ')}`,
    found: JSON.stringify(key),
    fix: near === undefined ? 'Remove the key.' : `Did you mean "${near}"?`,
    atKey: true,
  }
}

function valid(schema: Schema, value: unknown): boolean {
  return z.safeParse(schema, value).success
}

/** The branch the reader meant: of the value's type, with the fewest keys that do not fit. */
function nearestBranch(options: readonly Schema[], value: unknown): Schema | undefined {
  const keys = isRecord(value) ? Object.keys(value) : []
  return options
    .map(branch => {
      const issues = z.safeParse(branch, value).error?.issues ?? []
      const known = keysOf(branch)
      // A list or a mapping is never one of a few words.
      const otherType = issues.some(
        ({ path, code }) =>
          path.length === 0 && (code === 'invalid_type' || (code === 'invalid_value' && isRecord(value))),
      )
      return { branch, otherType, misfit: keys.filter(key => !known.includes(key)).length * 100 + issues.length }
    })
    .filter(({ otherType }) => !otherType)
    .sort((a, b) => a.misfit - b.misfit)[0]?.branch
}

function unwrap(schema: Schema): Schema {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return unwrap(schema.unwrap())
  return schema
}

function childOf(schema: Schema, key: string | number): Schema | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[key]
  if (schema instanceof z.ZodArray) return schema.element
  if (schema instanceof z.ZodRecord) return schema.valueType
  return undefined
}

function keysOf(schema: Schema): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function childValue(value: unknown, key: string | number): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = written(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** An alias of YAML can hold itself, which no JSON can. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return 'a value that holds itself'
  }
}

/** What a schema wants, in words. */
function describe(schema: Schema, message: string): string {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodNumber) return numberRange(inner)
  if (inner instanceof z.ZodUnion) return inner.options.map(option => describe(option, message)).join(' or ')
  if (inner instanceof z.ZodLiteral) return [...inner.values].map(value => JSON.stringify(value)).join(' or ')
  if (inner instanceof z.ZodEnum) return inner.options.map(value => JSON.stringify(value)).join(' or ')
  if (inner instanceof z.ZodString) return message.startsWith('expected ') ? message.slice(9) : 'text'
  if (inner instanceof z.ZodBoolean) return 'true or false'
  if (inner instanceof z.ZodArray) return 'a list with at least one entry'
  if (inner instanceof z.ZodObject || inner instanceof z.ZodRecord) return 'keys and values'
  return message
}

function numberRange(schema: z.ZodNumber): string {
  const bound = (value: number | null) => (value === null || Math.abs(value) >= 1e15 ? undefined : value)
  const [low, high] = [bound(schema.minValue), bound(schema.maxValue)]
  const noun = schema.isInt ? 'a whole number' : 'a number'
  if (low !== undefined && high !== undefined) return `${noun} from ${low} to ${high}`
  return low === undefined ? noun : `${noun} of at least ${low}`
}

function fixFor(found: unknown, path: Problem['path'], schema: Schema): string {
  const words = schema instanceof z.ZodEnum ? schema.options.map(String) : []
  const near = typeof found === 'string' ? suggest(found, words) : undefined
  if (near !== undefined) return `Did you mean "${near}"?`
  if (found === undefined) return `Add the key "${path.at(-1) ?? ''}".`
  return 'Correct the value, or leave the line out to use the built-in one.'
}
