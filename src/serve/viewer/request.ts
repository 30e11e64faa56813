/** What a request to the viewer's API says, checked. */
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { Refusal } from '../http/refusal.ts'

/** How a run is named. */
export const Hash = z.string().regex(/^[\w-]{1,128}$/)

/** Of the path. */
export function hash(context: Context): string {
  return parsed(Hash, context.req.param('run'))
}

export function query<Schema extends z.ZodType>(context: Context, schema: Schema): z.output<Schema> {
  return parsed(schema, context.req.query())
}

/** @param bytes of a body, at most */
export function atMost(bytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: bytes,
    onError: () => {
      throw new Refusal(413, `The body is longer than the ${bytes} bytes that are taken`)
    },
  })
}

export async function body<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  return parsed(schema, await json(context))
}

async function json(context: Context): Promise<unknown> {
  // A page elsewhere can send text without asking first, but not this type.
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? ''))
    throw new Refusal(415, 'The body has to be JSON, and its type has to say so')
  try {
    return await context.req.json()
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(400, 'The body is not JSON')
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const found = schema.safeParse(value)
  if (found.success) return found.data
  const [issue] = found.error.issues
  throw new Refusal(
    400,
    `${issue?.path.map(String).join('.') || 'The request'}: ${issue?.message ?? 'not what is taken'}`,
  )
}
