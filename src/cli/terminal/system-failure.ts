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
  EISDIR: { found: 'a folder', fix: 'Give the path of a file.' },
  ENOTDIR: { found: 'a file where a folder is needed', fix: 'Choose another place, or move that file away.' },
  EEXIST: { found: 'a file where a folder is needed', fix: 'Choose another place, or move that file away.' },
  EMFILE: { found: 'too many open files', fix: 'Raise the limit (ulimit -n), or use fewer engines.' },
}

/** The error of a failed system call, or undefined when it is something else. */
export function systemFailure(error: unknown): PlimsollError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const refusal = refusals[error.code]
  if (refusal === undefined) return undefined
  const where =
    'path' in error && typeof error.path === 'string' ? error.path.replace(/(\.\d+)?\.part$/, '') : undefined
  return new PlimsollError('invalid-input', 'A file or folder could not be used', { ...refusal, where, cause: error })
}
