/** API keys, compared in a time that says nothing about them. */
import { createHash, timingSafeEqual } from 'node:crypto'

export interface ApiKeys {
  /** Which of the keys it is, from 0; null for none of them. */
  find(given: string): number | null
}

/** Digests have one length whatever was given, and every key is looked at whichever it is. */
export function apiKeys(keys: readonly string[]): ApiKeys {
  const digests = keys.map(digest)
  return {
    find(given) {
      const sought = digest(given)
      return digests.reduce<number | null>((found, key, i) => (timingSafeEqual(key, sought) ? i : found), null)
    },
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
