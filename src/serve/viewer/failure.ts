/** What goes wrong in the viewer, as its pages read it. */
import { PlimsollError } from '../../errors.ts'
import { ApiError } from '../http/api-error.ts'
import { Refusal } from '../http/refusal.ts'
import type { Failure } from './wire.ts'

const statuses: Readonly<Record<string, number>> = {
  'not-found': 404,
  'invalid-input': 400,
  usage: 400,
  'vector-mismatch': 409,
  'data-invalid': 409,
}

/** What nobody foresaw tells nothing of the machine. */
export function failureOf(error: unknown): Response {
  if (error instanceof ApiError) return told(error.status, error.message, error.details.fix)
  if (error instanceof Refusal) return told(error.status, error.message, error.fix)
  if (!(error instanceof PlimsollError)) return told(500, 'Something happened that Plimsoll thought impossible')
  const { code, message, found, expected, fix } = error
  const rest = [found && `found ${found}`, expected && `expected ${expected}`].filter(Boolean)
  return told(statuses[code] ?? 500, [message, ...rest].join('; '), fix)
}

function told(status: number, message: string, fix?: string): Response {
  const body: Failure = { error: { message, ...(fix !== undefined && { fix }) } }
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } })
}
