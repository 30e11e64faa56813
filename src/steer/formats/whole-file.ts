import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { PlimsollError } from '../../errors.ts'

/**
 * Writes a file whole or not at all.
 * @param what as a message names it: `The vector file`
 * @throws PlimsollError `not-found` where it cannot be written
 */
export async function writeWhole(file: string, content: Uint8Array, what: string): Promise<void> {
  const partial = `${file}.part`
  try {
    await writeFile(partial, content)
    await rename(partial, file)
  } catch (cause) {
    await rm(partial, { force: true })
    throw new PlimsollError('not-found', `${what} cannot be written`, {
      found: cause instanceof Error ? cause.message : String(cause),
      where: file,
      fix: 'Give a path in a folder that exists and can be written to.',
      cause,
    })
  }
}

/**
 * Reads a file whole.
 * @param what as a message names it: `The vector file`
 * @param otherwise what to do where there is none: `make a vector with …`
 * @throws PlimsollError `not-found` where it cannot be read
 */
export async function readWhole(file: string, what: string, otherwise: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new PlimsollError('not-found', `${what} cannot be read`, {
      found: cause instanceof Error ? cause.message : String(cause),
      where: file,
      fix: `Check the path, or ${otherwise}.`,
      cause,
    })
  }
}
