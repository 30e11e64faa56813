/**
 * Steering as it comes from a caller, JavaScript or JSON: its form is checked before it is sent. What it means in a model
 * (widths, layers, clauses) is checked for each request where it is computed, so that one request may fail alone.
 */
import { z } from 'zod'
import { PlimsollError } from '../errors.ts'
import type { Gate, Steering, SteeringVector } from './steering-types.ts'

/** NaN and infinity have errors of their own, which say what they belong to. */
const number = z.custom<number>(value => typeof value === 'number', 'expected a number')
const floats = z.custom<Float32Array>(value => value instanceof Float32Array, 'expected a Float32Array')
const matrix = z.looseObject({ rows: z.int().min(1), columns: z.int().min(1), values: floats })
const direction = { unit: floats, scale: number }
/** Parsed where it is resolved. */
const where = z.unknown()

/** One value for every layer, known by a key of its own, or one for each layer. */
function perLayer(shape: z.ZodRawShape, mark: string) {
  const one = z.looseObject(shape)
  const each = z.record(z.string().regex(/^(-1|\d+)$/, 'expected a layer, or -1 for the embedding'), one)
  return z.looseObject({}).superRefine((value, context) => {
    const parsed = (mark in value ? one : each).safeParse(value)
    for (const { path, message } of parsed.error?.issues ?? []) context.addIssue({ code: 'custom', path, message })
  })
}

// Vectors may carry more than is needed here, such as where they come from.
const directed = (edit: string) =>
  z.looseObject({ edit: z.literal(edit), where, directions: perLayer(direction, 'unit') })
const autoencoder = {
  encoder: matrix,
  encoderBias: floats,
  activation: z.enum(['identity', 'relu', 'tanh', 'sigmoid']),
  decoder: matrix,
  decoderBias: floats,
  shift: floats,
}
const vectors: Readonly<Record<SteeringVector['edit'], z.ZodType>> = {
  add: directed('add'),
  ablate: directed('ablate'),
  affine: z.looseObject({ where, directions: perLayer({ ...direction, reference: number }, 'unit') }),
  clamp: directed('clamp').extend({ side: z.enum(['both', 'at-least', 'at-most']).optional() }),
  rotate: z.looseObject({
    where,
    directions: perLayer({ ...direction, second: floats }, 'unit'),
    only: z.literal('positive').optional(),
  }),
  'low-rank': z.looseObject({ where, maps: perLayer({ project: matrix, weight: matrix, bias: floats }, 'project') }),
  decode: z.looseObject({
    where,
    autoencoders: perLayer(autoencoder, 'encoder'),
    error: z.enum(['replace', 'keep']).optional(),
  }),
  custom: z.looseObject({
    where,
    module: z.string('expected the path of a module: the edit runs in a process of its own, where no closure can go'),
  }),
  compound: z.looseObject({ terms: z.lazy(() => z.array(term).min(1)) }),
}

const directions = perLayer(direction, 'unit')
const measured = { directions, measure: z.enum(['projection', 'cosine']) }
const open = z.enum(['above', 'below'])
const gates: Readonly<Record<Gate['kind'], z.ZodType>> = {
  condition: z.strictObject({
    kind: z.literal('condition'),
    where,
    directions,
    measure: z.enum(['projection', 'cosine', 'projected-cosine']),
    threshold: number,
    open,
    pass: z.enum(['twice', 'later-layers']).optional(),
  }),
  token: z.strictObject({ kind: z.literal('token'), ...measured, threshold: number, open }),
  'norm-budget': z.strictObject({ kind: z.literal('norm-budget'), limit: number }),
  adaptive: z.strictObject({
    kind: z.literal('adaptive'),
    ...measured,
    points: z.array(z.tuple([number, number])),
  }),
}

const term = z.strictObject({
  vector: oneOf(vectors, 'edit'),
  strength: number.optional(),
  where: where.optional(),
  gates: z.array(oneOf(gates, 'kind')).optional(),
})
const steering = z.array(term)

/** What one of several keys says chooses the form of the rest. */
function oneOf(forms: Readonly<Record<string, z.ZodType>>, key: string) {
  const names = Object.keys(forms)
  return z.looseObject({ [key]: z.string() }).superRefine((value, context) => {
    const name = value[key]
    const form = typeof name === 'string' && Object.hasOwn(forms, name) ? forms[name] : undefined
    if (form === undefined) {
      const message = `${JSON.stringify(name)} is none of ${names.join(', ')}`
      context.addIssue({ code: 'custom', path: [key], message })
      return
    }
    for (const { path, message } of form.safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: 'custom', path, message })
    }
  })
}

/** Of one call: a thousand requests with the same steering have it looked at once. */
export type SteeringCheck = (steering: Steering | undefined, request: number) => Steering | undefined

/** A check that throws a PlimsollError `invalid-input` naming request and key. */
export function steeringCheck(): SteeringCheck {
  const sound = new Set<Steering>()
  return (given, request) => {
    if (given === undefined || sound.has(given)) return given
    const problem = steeringProblem(given)
    if (problem !== null) throw wrong(problem, request)
    sound.add(given)
    return given
  }
}

/** What is wrong with the form of a steering that comes from a file; null for nothing. */
export function steeringProblem(value: unknown): string | null {
  try {
    const [issue] = steering.safeParse(value).error?.issues ?? []
    return issue === undefined ? null : `${issue.path.join('.') || 'the steering'}: ${issue.message}`
  } catch (error) {
    // The stack ends before a compound does that holds itself.
    if (error instanceof RangeError) return 'the steering: a compound vector in itself'
    throw error
  }
}

export function isSteering(value: unknown): value is Steering {
  return steeringProblem(value) === null
}

function wrong(found: string, request: number): PlimsollError {
  return new PlimsollError('invalid-input', 'The steering is not of a form that is known', {
    found,
    expected: 'a list of { vector, strength, where, gates }',
    where: `request ${request}`,
    fix: 'Correct the key named above; docs/edits.md has every edit and gate.',
  })
}
