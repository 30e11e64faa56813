/** Archives of numpy's arrays (.npz): a zip with a `.npy` member for each, stored or deflated. */
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { PlimsollError } from '../../errors.ts'
import { type NumberArray, readNpy } from './npy.ts'

/**
 * Every array by its name.
 * @throws PlimsollError `not-found`, `invalid-input`
 */
export async function readNpz(file: string): Promise<Map<string, NumberArray>> {
  const zip = await openPromise(file, { autoClose: false }).catch(cause => {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw unreadable(file, missing ? 'not-found' : 'invalid-input', cause)
  })
  const arrays = new Map<string, NumberArray>()
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.replace(/\.npy$/, '')
      const content = await contentOf(zip, entry).catch(cause => {
        throw unreadable(file, 'invalid-input', cause)
      })
      arrays.set(name, readNpy(content, name, file))
    }
  } finally {
    zip.close()
  }
  return arrays
}

/** With its checksum compared: a bit that turned round would be another number, and nobody would notice. */
async function contentOf(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const content = await buffer(await zip.openReadStreamPromise(entry))
  if (crc32(content) !== entry.crc32) throw new Error(`${entry.fileName} does not have its checksum`)
  return content
}

function unreadable(file: string, code: 'not-found' | 'invalid-input', cause: unknown): PlimsollError {
  return new PlimsollError(code, 'The archive of arrays cannot be read', {
    found: cause instanceof Error ? cause.message : String(cause),
    expected: 'a .npz file as numpy writes it',
    where: file,
    fix: code === 'not-found' ? 'Check the path.' : 'Copy or download the file again.',
    cause,
  })
}
