/** What the operating system refuses, in words: a full disk or a folder without permission is nobody's bug. */
import { PlimsollError } from '../../errors.ts'

interface Refusal {
  readonly found: string
  readonly fix: string
}

const refusals: Readonly<Record<string, Refusal>> = {
  ENOENT: { found: 'no such file or folder', fix: 'Check the path.' },
  EACCES: { found: 'no permission', fix: 'Choose another place, or change its permissions.' },
  EPERM: { found: 'no permission', fix: 'Choose another place, or change its permissions.' },
  EROFS: { found: 'a file system that can only be read', fix: 'Choose another place.' },
  ENOSPC: { found: 'no room left on the disk', fix: 'Make room, then run the same command again.' },
  EFBIG: {
    found: 'a limit on the size of files',
    fix: 'Raise the limit (ulimit -f), then run the same command again.',
  },
  EDQUOT: { found: 'no room left in your quota', fix: 'Make room, then run the same command again.' },
  EIO: { found: 'a disk that does not answer as it should', fix: 'Check the disk, then run the same command again.' },
  EISDIR: { found: 'a folder', fix: 'Give the path of a file.' },
  ENOTDIR: { found: 'a file where a folder is needed', fix: 'Choose another place, or move that file away.' },
  EEXIST: { found: 'a file where a folder is needed', fix: 'Choose another place, or move that file away.' },
  EMFILE: { found: 'too many open files', fix: 'Raise the limit (ulimit -n), or use fewer engines.' },
}

/** By SQLite's primary result code: https://sqlite.org/rescode.html. */
const storeRefusals: Readonly<Record<number, Refusal>> = {
  5: {
    found: 'another program that holds the store',
    fix: 'Wait until it has ended, then run the same command again.',
  },
  8: { found: 'a store that can only be read', fix: 'Change its permissions, or name another with --store.' },
  10: {
    found: 'a disk that does not take what is written',
    fix: 'Check disk and quota, then run the same command again.',
  },
  11: { found: 'a store that is damaged', fix: 'Move it away, or name another with --store.' },
  13: { found: 'no room left on the disk', fix: 'Make room, then run the same command again: what was saved is kept.' },
}

/** The error of a failed system call, or undefined when it is something else. */
export function systemFailure(error: unknown): PlimsollError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  if (error.code === 'ERR_SQLITE_ERROR') return storeFailure(error)
  const refusal = refusals[error.code]
  if (refusal === undefined) return undefined
  const where =
    'path' in error && typeof error.path === 'string' ? error.path.replace(/(\.\d+)?\.part$/, '') : undefined
  return new PlimsollError('invalid-input', 'A file or folder could not be used', { ...refusal, where, cause: error })
}

function storeFailure(error: Error): PlimsollError | undefined {
  // The upper bits of a code say more than anybody needs here.
  const refusal = 'errcode' in error ? storeRefusals[Number(error.errcode) & 0xff] : undefined
  if (refusal === undefined) return undefined
  return new PlimsollError('store-invalid', 'The store could not be used', { ...refusal, cause: error })
}
