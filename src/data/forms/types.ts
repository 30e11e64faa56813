import type { Kind } from '../types.ts'

export type Fields = Readonly<Record<string, unknown>>

/** A published form of rows, known by its columns. */
export interface Form {
  readonly name: string
  /** All of them are there. */
  readonly columns: readonly string[]
  /** What a row is as one of each kind; a form that is of no use as a kind is left as it is. */
  readonly kinds: Partial<
    Record<
      Kind,
      {
        /** Why a row is left out; null for one that stays. */
        readonly leaveOut?: (row: Fields) => string | null
        readonly row: (row: Fields) => Fields
      }
    >
  >
}
