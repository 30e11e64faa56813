/** What went wrong, as a word a program can branch on. */
export type ErrorCode =
  | 'usage'
  | 'invalid-input'
  | 'not-found'
  | 'model-invalid'
  | 'model-unsupported'
  | 'library-mismatch'
  | 'library-missing'
  | 'out-of-memory'
  | 'prompt-too-long'
  | 'nothing-selected'
  | 'vector-mismatch'
  | 'adapter-invalid'
  | 'edit-failed'
  | 'template-failed'
  | 'engine-crashed'
  | 'cancelled'
  | 'data-invalid'
  | 'store-invalid'
  | 'network'
  | 'internal'

/** The four lines every Plimsoll error has: what happened, what was found, what was expected, what to do. */
export interface ErrorDetails {
  readonly found?: string | undefined
  readonly expected?: string | undefined
  /** What the reader can do next, as an imperative sentence. */
  readonly fix?: string | undefined
  /** `file:line:column` or another place the reader can go to. */
  readonly where?: string | undefined
  readonly cause?: unknown
}

export class PlimsollError extends Error {
  override readonly name = 'PlimsollError'
  readonly code: ErrorCode
  readonly found: string | undefined
  readonly expected: string | undefined
  readonly fix: string | undefined
  readonly where: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.found = details.found
    this.expected = details.expected
    this.fix = details.fix
    this.where = details.where
  }
}
