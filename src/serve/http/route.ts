/** A route: what may be sent to it, as the schema that both checks it and stands in the OpenAPI document. */
import type { Context } from 'hono'
import { z } from 'zod'
import type { Service } from '../service.ts'
import { ApiError } from './api-error.ts'
import { clientOf } from './client.ts'

export interface Asked<Body> {
  readonly body: Body
  /** Of the path. */
  param(name: string): string
  query(name: string): string | undefined
  /** Who asks, as far as fairness is concerned. */
  readonly client: string
  /** Raised when the caller goes. */
  readonly signal: AbortSignal
}

interface Described {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** `{name}` stands for a part of it. */
  readonly path: string
  readonly summary: string
  /** By name: what they are. */
  readonly params?: Readonly<Record<string, z.ZodType>>
  readonly query?: Readonly<Record<string, z.ZodType>>
  /** Of a success. */
  readonly answer: {
    readonly status: number
    readonly type: string
    readonly schema?: z.ZodType
    readonly says: string
  }
  /** Whoever asks without an API key is answered. */
  readonly open?: true
}

export interface Route extends Described {
  readonly body: { readonly type: string; readonly schema: z.ZodType | null } | null
  readonly run: (context: Context, service: Service) => Promise<Response>
}

type Handle<Body> = (asked: Asked<Body>, service: Service) => Promise<Response> | Response

/** A route that takes nothing but its address. */
export function route(described: Described & { readonly handle: Handle<null> }): Route {
  const { handle, ...rest } = described
  return { ...rest, body: null, run: async (context, service) => handle(asked(rest, context, null), service) }
}

/** A route that takes JSON. */
export function jsonRoute<Schema extends z.ZodType>(
  described: Described & { readonly body: Schema; readonly handle: Handle<z.output<Schema>> },
): Route {
  const { handle, body: schema, ...rest } = described
  return {
    ...rest,
    body: { type: 'application/json', schema },
    run: async (context, service) => {
      const body = parsed(schema, await json(context, service.limits.bodyBytes))
      return handle(asked(rest, context, body), service)
    },
  }
}

/** A route that takes the bytes of a file. */
export function bytesRoute(described: Described & { readonly handle: Handle<Uint8Array> }): Route {
  const { handle, ...rest } = described
  return {
    ...rest,
    body: { type: 'application/octet-stream', schema: null },
    run: async (context, service) => {
      const body = await bytes(context, service.limits.uploadBytes)
      return handle(asked(rest, context, body), service)
    },
  }
}

function asked<Body>({ params = {}, query = {} }: Described, context: Context, body: Body): Asked<Body> {
  const inPath = z.object(params).safeParse(context.req.param())
  if (!inPath.success) throw invalid(inPath.error)
  const inQuery = z.object(query).safeParse(context.req.query())
  if (!inQuery.success) throw invalid(inQuery.error)
  return {
    body,
    param: name => String(inPath.data[name]),
    query: name => (inQuery.data[name] === undefined ? undefined : String(inQuery.data[name])),
    client: clientOf(context),
    signal: context.req.raw.signal,
  }
}

async function json(context: Context, most: number): Promise<unknown> {
  // A page elsewhere can send text without asking first, but not this type.
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? '')) {
    throw new ApiError(415, 'The body has to be JSON: send the header content-type: application/json')
  }
  const text = new TextDecoder().decode(await bytes(context, most))
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiError(400, `The body is not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

/** Counted while it comes: what a header says of the length is not believed. */
async function bytes(context: Context, most: number): Promise<Uint8Array> {
  const { body } = context.req.raw
  const pieces: Uint8Array[] = []
  let length = 0
  if (body !== null) {
    try {
      for await (const piece of body) {
        length += piece.length
        if (length > most) throw new ApiError(413, `The body is longer than the ${most} bytes that are taken`)
        pieces.push(piece)
      }
    } catch (cause) {
      if (cause instanceof ApiError) throw cause
      throw new ApiError(499, 'The body broke off', { cause })
    }
  }
  return new Uint8Array(Buffer.concat(pieces, length))
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const found = schema.safeParse(value)
  if (!found.success) throw invalid(found.error)
  return found.data
}

function invalid(error: z.ZodError): ApiError {
  const issue = error.issues[0] === undefined ? undefined : nearest(error.issues[0])
  const path = issue === undefined ? '' : issue.path.map(String).join('.')
  const key = issue?.code === 'unrecognized_keys' ? [path, issue.keys[0]].filter(Boolean).join('.') : path
  return new ApiError(400, `${key || 'The body'}: ${issue?.message ?? 'not what is taken here'}`, {
    param: key || null,
    code: 'invalid_value',
  })
}

/** Of a value that may have several forms, what is wrong in the one that it comes nearest to: where most of it is right. */
function nearest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const inside = issue.errors.flatMap(([first]) => (first === undefined ? [] : [nearest(first)]))
  const [deepest] = inside.toSorted((a, b) => b.path.length - a.path.length || Number(isOwn(b)) - Number(isOwn(a)))
  // Where none comes near, that it may be any of them says more.
  if (deepest === undefined || (deepest.path.length === 0 && !isOwn(deepest))) return issue
  return { ...deepest, path: [...issue.path, ...deepest.path] }
}

/** Whether the schema has words of its own for it. */
function isOwn({ message }: z.core.$ZodIssue): boolean {
  return !message.startsWith('Invalid ')
}
