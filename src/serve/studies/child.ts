/** A study as a process of our own command line: an engine of its own, and nothing of the server's. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const bin = fileURLToPath(new URL('../../../bin/plimsoll.cjs', import.meta.url))

/** Bytes kept of each of its outputs; a failure is told in far fewer. */
const most = 64 << 10

const Failure = z.object({
  error: z.object({
    message: z.string(),
    found: z.string().optional(),
    expected: z.string().optional(),
    fix: z.string().optional(),
  }),
})
export type StudyFailure = z.infer<typeof Failure>['error']

export interface StudyEnd {
  readonly how: 'finished' | 'stopped' | 'failed'
  /** Null unless it failed. */
  readonly failure: StudyFailure | null
}

export class StudyChild {
  readonly #process: ChildProcessByStdio<null, Readable, Readable>
  #stopping = false
  #last = ''
  /** When it is over. Never rejects. */
  readonly ended: Promise<StudyEnd>

  /** @param folder where relative paths start from, and where its report goes */
  constructor(words: readonly string[], folder: string) {
    this.#process = spawn(process.execPath, [bin, '--json', '--no-color', ...words], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      // In a group of its own: Ctrl-C at the server's terminal reaches it once, by the server, and not twice.
      detached: process.platform !== 'win32',
    })
    const leave = () => void this.#process.kill('SIGINT')
    // A server that ends at once takes it along.
    process.once('exit', leave)
    let answer = ''
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (answer.length < most) answer += text
    })
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#last = `${this.#last}${text}`.slice(-most)
    })
    this.ended = new Promise(resolve => {
      this.#process.on('error', error => {
        process.off('exit', leave)
        resolve({ how: 'failed', failure: { message: error.message } })
      })
      this.#process.on('close', (code, signal) => {
        process.off('exit', leave)
        resolve(this.#endOf(code, signal, answer))
      })
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  get stopping(): boolean {
    return this.#stopping
  }

  /** Its last line; null where it has said nothing. */
  get says(): string | null {
    return this.#last.trimEnd().split('\n').at(-1)?.trim().slice(0, 300) || null
  }

  /** As Ctrl-C: once, it ends after its chunk; twice, at once. */
  stop(): void {
    this.#stopping = true
    this.#process.kill('SIGINT')
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null, answer: string): StudyEnd {
    if (code === 0) return { how: 'finished', failure: null }
    if (this.#stopping) return { how: 'stopped', failure: null }
    const told = Failure.safeParse(unlessBroken(answer)).data?.error
    const ended = signal === null ? `exit code ${code}` : `signal ${signal}`
    const failure = told ?? {
      message: `The study's process ended with ${ended}`,
      ...(this.says && { found: this.says }),
    }
    return { how: 'failed', failure }
  }
}

function unlessBroken(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
