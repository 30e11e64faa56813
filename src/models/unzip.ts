/** One member of a zip archive, written to a file without holding it in memory. */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { PlimsollError } from '../errors.ts'

export interface ExtractOptions {
  /** `append` joins parts that lie in several archives. */
  readonly mode: 'create' | 'append'
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes `member` of the archive to `file`. Nothing else of the archive is read, and nothing in it is run.
 * Its checksum is not looked at: the caller knows a better one, the SHA-256 of the whole model.
 * @throws `not-found` where the archive has no such member, `data-invalid` where it cannot be read
 */
export async function extractMember(
  archive: string,
  member: string,
  file: string,
  options: ExtractOptions,
): Promise<void> {
  const zip = await openPromise(archive, { autoClose: false }).catch(cause => {
    throw unreadable(archive, cause)
  })
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== member) continue
      const output = createWriteStream(file, { flags: options.mode === 'append' ? 'a' : 'w' })
      await pipeline(await zip.openReadStreamPromise(entry), output, options.signal ? { signal: options.signal } : {})
      return
    }
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw unreadable(archive, cause)
  } finally {
    zip.close()
  }
  throw new PlimsollError('not-found', 'A downloaded archive does not hold the model', {
    expected: member,
    where: archive,
  })
}

function unreadable(archive: string, cause: unknown): PlimsollError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new PlimsollError('data-invalid', 'A downloaded archive cannot be read', { found: why, where: archive, cause })
}
