/**
 * One implementation in a process of its own. It is told its job in the first line, answers `{}` when it is ready, and
 * then answers each question; JSON, a line each.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { peakMemory } from '../memory.ts'

export class Contestant implements AsyncDisposable {
  readonly name: string
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #lines: AsyncIterator<string>
  #complaints = ''

  private constructor(name: string, command: string, args: readonly string[]) {
    this.name = name
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    // A process that ends early says so by its last line that does not come.
    this.#child.stdin.on('error', () => {})
    this.#child.on('error', error => {
      this.#complaints += error.message
    })
    this.#child.stderr.on('data', data => {
      this.#complaints = (this.#complaints + data).slice(-2000)
    })
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  static async start(name: string, command: string, args: readonly string[], job: object): Promise<Contestant> {
    const contestant = new Contestant(name, command, args)
    await contestant.ask(job)
    return contestant
  }

  async ask(question: object): Promise<unknown> {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`)
    const { done, value } = await this.#lines.next()
    if (done) throw new Error(`${this.name} ended early:\n${this.#complaints}`)
    return JSON.parse(value)
  }

  /** Bytes: the most that the process and those it started have had in memory, each at its own time. */
  peakMemory(): Promise<number> {
    return peakMemory(this.#child.pid ?? 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise(resolve => this.#child.once('exit', resolve))
    this.#child.stdin.end()
    this.#child.kill()
    await ended
  }
}
