/** One step of a long call, for whoever shows progress. */
export interface Progress {
  /** What is happening, as a verb a reader understands: `download`, `fit`, `select`, `measure`. */
  readonly stage: string
  readonly done: number
  readonly total: number
  /** What is being worked on, such as a suite or a file. */
  readonly detail?: string
  readonly tokensPerSecond?: number
  /** A step of training: it takes time, though nothing is answered in it. */
  readonly trains?: true
  /** Change of what is being measured with its interval, from the rows seen so far; fractions, negative is worse. */
  readonly soFar?: { readonly change: number; readonly ci: readonly [number, number] }
}

/** Whether an event tells of something computed: what comes from a store is there at once. */
export function isComputed({ tokensPerSecond, trains }: Progress): boolean {
  return tokensPerSecond !== undefined || trains === true
}

/** What every long call takes. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((event: Progress) => void) | undefined
  readonly seed?: number | undefined
}

/** Those of wider options that every long call takes, for a call that knows no others. */
export function runOptions({ signal, onProgress, seed }: RunOptions): RunOptions {
  return { signal, onProgress, seed }
}
