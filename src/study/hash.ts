import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { sha256 } from '../models/hash.ts'

/** SHA-256 over a value as JSON with sorted keys, as 64 hexadecimal digits: the same for the same content. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex')
}

/** JSON with sorted keys; keys without a value are left out. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** SHA-256 of a file; null where there is none. */
export async function digestOf(file: string): Promise<string | null> {
  return existsSync(file) ? sha256(file) : null
}
