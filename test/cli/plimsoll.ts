/** Runs the command line as a user's shell does: a process of its own, in a folder of its own, with no network. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../bin/plimsoll.cjs', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Folder extends Disposable {
  readonly path: string
  /** Writes a file and returns its name. */
  write(name: string, text: string): string
  plimsoll(...args: string[]): Promise<Ended>
  /** As `plimsoll`, with this on its standard input. */
  feed(input: string, ...args: string[]): Promise<Ended>
  /** As `plimsoll`, where no file may grow beyond so many blocks. */
  limited(blocks: number, ...args: string[]): Promise<Ended>
  /** As `plimsoll`, and calls `onStderr` with all that has been said so far. */
  watch(args: readonly string[], onStderr: (said: string, child: ChildProcess) => void): Promise<Ended>
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'))
  const running = new Set<ChildProcess>()
  const watch: Folder['watch'] = (args, onStderr) => watchCommand(process.execPath, [bin, ...args], onStderr)
  const watchCommand = (
    command: string,
    args: readonly string[],
    onStderr: Parameters<Folder['watch']>[1],
    input?: string,
  ) =>
    new Promise<Ended>((resolve, reject) => {
      const child = spawn(command, args, { cwd: path, env: environment(path) })
      if (input !== undefined) child.stdin.end(input)
      running.add(child)
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
        onStderr(stderr, child)
      })
      child.on('error', reject)
      child.on('close', code => {
        running.delete(child)
        resolve({ code, stdout, stderr })
      })
    })
  return {
    path,
    write(name, text) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), text)
      return name
    },
    plimsoll: (...args) => watch(args, () => undefined),
    feed: (input, ...args) => watchCommand(process.execPath, [bin, ...args], () => undefined, input),
    limited: (blocks, ...args) => {
      const script = `ulimit -f ${blocks} && exec "$0" "$@"`
      return watchCommand('sh', ['-c', script, process.execPath, bin, ...args], () => undefined)
    },
    watch,
    [Symbol.dispose]() {
      // Those that a failed test left behind.
      for (const child of running) child.kill('SIGKILL')
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** Nothing of the user's: no models, no data sets; and addresses at which nobody answers. */
function environment(path: string): NodeJS.ProcessEnv {
  const { PLIMSOLL_DATA: _, FORCE_COLOR: __, ...inherited } = process.env
  return {
    ...inherited,
    PLIMSOLL_THREADS: '1',
    PLIMSOLL_CACHE: join(path, 'cache'),
    PIP_INDEX_URL: 'http://127.0.0.1:9',
    PIP_EXTRA_INDEX_URL: '',
    HF_ENDPOINT: 'http://127.0.0.1:9',
  }
}

/** The whole demonstration, small enough for seconds. */
export const tinyStudy = `study: demo
model: organism
limit: 16
fit: { limit: 24 }
select: { layers: [5], strengths: [1, 2], limit: 8 }
`
