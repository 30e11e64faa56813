import { parquetReadObjects } from 'hyparquet'
import { PlimsollError } from '../errors.ts'
import type { RawRow } from './rows.ts'

/**
 * Rows of a Parquet file, uncompressed or with Snappy, as the hubs of data sets write it; `where` counts rows from 1.
 * @throws PlimsollError `data-invalid` for what is no such file
 */
export async function parseParquet(bytes: Uint8Array, file: string): Promise<RawRow[]> {
  const buffer = new Uint8Array(bytes).buffer
  try {
    const rows = await parquetReadObjects({ file: buffer })
    return rows.map((row, i) => ({ where: `${file}, row ${i + 1}`, value: plain(row) }))
  } catch (cause) {
    throw new PlimsollError('data-invalid', 'A Parquet file cannot be read', {
      where: file,
      found: cause instanceof Error ? cause.message : String(cause),
      expected: 'Parquet without compression, or with Snappy',
      fix: 'Write it again with Snappy, or save the rows as JSONL, one object a line.',
      cause,
    })
  }
}

/** As JSON would have it: 64-bit numbers as numbers where these hold them, bytes as text, dates by ISO 8601. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (ArrayBuffer.isView(value) && Symbol.iterator in value) return Array.from(iterated(value), plain)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}

function* iterated(view: object): Generator<unknown> {
  for (const value of Object.values(view)) yield value
}
