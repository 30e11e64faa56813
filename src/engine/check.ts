/** What callers give, checked before it is sent to the engine. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { PlimsollError } from '../errors.ts'
import type { Adapter } from './types.ts'

/** @throws PlimsollError `invalid-input` */
export function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value
  throw new PlimsollError('invalid-input', `${name} has to be a whole number above 0`, {
    found: String(value),
    fix: `Leave ${name} out to use the default.`,
  })
}

/** Adapters with absolute paths. @throws PlimsollError `not-found`, `invalid-input` */
export function checkedAdapters(adapters: readonly Adapter[] = []): Adapter[] {
  return adapters.map(({ file, scale = 1 }) => {
    if (!Number.isFinite(scale)) {
      throw new PlimsollError('invalid-input', 'The scale of an adapter is not a number', {
        found: String(scale),
        where: file,
        fix: 'Give a scale such as 1, or leave it out.',
      })
    }
    const path = resolve(file)
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return { file: path, scale }
    throw new PlimsollError('not-found', 'There is no such adapter file', {
      where: path,
      fix: 'Check the path; an adapter is a GGUF file.',
    })
  })
}
