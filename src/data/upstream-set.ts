import * as z from 'zod'
import { PlimsollError } from '../errors.ts'
import type { RawRows } from './rows.ts'
import type { Kind } from './types.ts'

/** A published data set that is read from a directory on disk; none of it ships with the package. */
export interface UpstreamSet {
  readonly name: string
  readonly kind: Kind
  /** Licence of the rows, as upstream states it. */
  readonly licence: string
  /** Where the file comes from. */
  readonly source: string
  /** Path below the data directory; a folder for sets of many files. */
  readonly path: string
  /** Rows that a load gives; counted on a copy that held half of the JailbreakHub prompts, so that upstream's file gives more there. */
  readonly rows: number
  readonly read: (path: string, name: string) => Promise<RawRows>
}

export type Fields = Readonly<Record<string, unknown>>
const record = z.record(z.string(), z.unknown())

/** @throws PlimsollError `data-invalid` for what is no object */
export function fields(value: unknown, where: string): Fields {
  const parsed = record.safeParse(value)
  if (parsed.success) return parsed.data
  throw new PlimsollError('data-invalid', 'A row of data is no object', {
    where,
    expected: '{…}',
    fix: 'Fetch the file again.',
  })
}
