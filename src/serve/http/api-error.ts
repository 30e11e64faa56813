/** Errors as OpenAI's clients read them: `{ error: { message, type, param, code } }` with a status that fits. */
import { type ErrorCode, PlimsollError } from '../../errors.ts'

export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'server_error'

export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: ErrorType
    readonly param: string | null
    readonly code: string | null
    /** What the caller can do next. */
    readonly fix?: string
  }
}

interface Details {
  readonly param?: string | null
  readonly code?: string
  readonly fix?: string
  /** Seconds after which it is worth trying again; where it is absent, trying again is of no use. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

/** An answer that is an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly type: ErrorType
  readonly details: Details

  constructor(status: number, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.status = status
    this.type = typeOf(status)
    this.details = details
  }

  get body(): ErrorBody {
    const { param = null, code = null, fix } = this.details
    return { error: { message: this.message, type: this.type, param, code, ...(fix !== undefined && { fix }) } }
  }

  toResponse(): Response {
    const { retryAfter } = this.details
    const headers: Record<string, string> =
      retryAfter === undefined
        ? // What OpenAI's clients call again of their own accord would end the same way.
          { 'x-should-retry': 'false' }
        : { 'retry-after': String(retryAfter) }
    return Response.json(this.body, { status: this.status, headers })
  }
}

/** Any error as one that can be answered with; what is nobody's fault but ours tells nothing of the machine. */
export function apiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (!(error instanceof PlimsollError)) {
    return new ApiError(500, 'Something happened that Plimsoll thought impossible', { code: 'internal', cause: error })
  }
  const status = statuses[error.code]
  const { code, found, expected, fix } = error
  const shown = status < 500 ? [found && `found ${found}`, expected && `expected ${expected}`].filter(Boolean) : []
  const message = [error.message, ...shown].join('; ')
  return new ApiError(status, message, { code: openAiCodes[code] ?? code, fix, cause: error })
}

/** Whether somebody has to look at it; a caller that left and a server that stops are nobody's fault. */
export function isOurFault({ status }: ApiError): boolean {
  return status >= 500 && status !== 503
}

const statuses: Readonly<Record<ErrorCode, number>> = {
  usage: 400,
  'invalid-input': 400,
  'not-found': 404,
  'model-invalid': 500,
  'model-unsupported': 500,
  'library-mismatch': 500,
  'library-missing': 500,
  // Asked before anything is taken: it is this request that is too long for the memory there is.
  'out-of-memory': 400,
  'prompt-too-long': 400,
  'nothing-selected': 400,
  'vector-mismatch': 400,
  'adapter-invalid': 400,
  'edit-failed': 400,
  'template-failed': 400,
  'engine-crashed': 500,
  cancelled: 499,
  'data-invalid': 400,
  'store-invalid': 500,
  network: 500,
  internal: 500,
}

/** Codes that programs written for OpenAI look for. */
const openAiCodes: Readonly<Partial<Record<ErrorCode, string>>> = { 'prompt-too-long': 'context_length_exceeded' }

function typeOf(status: number): ErrorType {
  if (status >= 500) return 'server_error'
  const types: Readonly<Record<number, ErrorType>> = {
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    408: 'timeout_error',
    429: 'rate_limit_error',
  }
  return types[status] ?? 'invalid_request_error'
}
