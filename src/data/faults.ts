import { basename } from 'node:path'
import { PlimsollError } from '../errors.ts'

/** How many places are named; more are counted. */
const named = 5

/** What is wrong in a file, all told at once: whoever mends it wants to know every line, not the first. */
export class Faults {
  readonly #faults: { readonly where: string; readonly found: string }[] = []

  add(where: string, found: string): void {
    this.#faults.push({ where, found })
  }

  /** @throws `data-invalid` at the first fault, with what was found at the others */
  throwIfAny(message: string, details: { readonly expected?: string; readonly fix: string }): void {
    const [first, ...others] = this.#faults
    if (first === undefined) return
    const also = others.slice(0, named - 1).map(({ where, found }) => `${placeIn(where)}: ${found}`)
    const more = others.length - also.length
    throw new PlimsollError('data-invalid', message, {
      ...details,
      where: first.where,
      found: [first.found, ...also, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    })
  }
}

/** `line 3, line 7 and 12 more`, for places of one file. */
export function places(wheres: readonly string[]): string {
  const more = wheres.length - named
  return `${wheres.slice(0, named).map(placeIn).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** A place without the folders before it. */
function placeIn(where: string): string {
  return basename(where)
}
