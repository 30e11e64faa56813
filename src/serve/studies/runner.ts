/** Studies that pages start, one at a time: each a child process that ends with the server. */
import { dirname, join, resolve } from 'node:path'
import type { Vector } from '../../steer/index.ts'
import type { Store } from '../../store/index.ts'
import { builtinStudies } from '../../study/builtin.ts'
import { Refusal } from '../http/refusal.ts'
import { StudyChild, type StudyEnd } from './child.ts'
import { writeGiven } from './given.ts'

export interface StudyRunnerOptions {
  /** File of the store. */
  readonly store: string
  /** Where relative paths start from, and where reports go. */
  readonly folder: string
  /** The served model: as it is shown, and as a command line opens it. */
  readonly model: { readonly name: string; readonly opens: string }
  readonly vector: (name: string) => Vector | null
  /** When one has ended. */
  readonly onEnd: () => void
}

/** What is started: a built-in study by its name, or the text of a study file. */
export type Wanted = { readonly study: string } | { readonly text: string }

/** The study that was started last. */
export interface Started {
  readonly study: string
  /** Null until the store knows of it. */
  readonly run: string | null
  readonly state: 'running' | 'stopping' | StudyEnd['how']
  readonly says: string | null
  readonly failure: StudyEnd['failure']
}

interface Last {
  readonly study: string
  readonly child: StudyChild
  /** ISO 8601. */
  readonly began: string
  run: string | null
  end: StudyEnd | null
}

export class StudyRunner implements AsyncDisposable {
  readonly #options: StudyRunnerOptions
  #last: Last | null = null
  #closed = false

  constructor(options: StudyRunnerOptions) {
    this.#options = options
  }

  /** Null before the first. */
  get started(): Started | null {
    if (this.#last === null) return null
    const { study, run, child, end } = this.#last
    const state = end?.how ?? (child.stopping ? 'stopping' : 'running')
    return { study, run, state, says: child.says, failure: end?.failure ?? null }
  }

  get model(): string {
    return this.#options.model.name
  }

  /** Looks which run it is, where that is not known yet. @param runs hashes, newest first */
  async see(store: Store, runs: readonly string[]): Promise<void> {
    const last = this.#last
    if (last === null || last.run !== null) return
    for (const run of runs) {
      const sessions = await store.sessions(run)
      if (sessions.some(({ pid, began }) => pid === last.child.pid && began >= last.began)) last.run = run
    }
  }

  /** @throws PlimsollError `invalid-input` for what is no study or names files; Refusal 404, 409 */
  async start(wanted: Wanted): Promise<Started> {
    this.#checkFree()
    const { store, model, vector } = this.#options
    if ('study' in wanted) {
      if (!Object.hasOwn(builtinStudies, wanted.study))
        throw new Refusal(404, `There is no built-in study ${wanted.study}`, Object.keys(builtinStudies).join(', '))
      // The demonstration is about a model of its own.
      const own = builtinStudies[wanted.study]?.model
      return this.#spawn(wanted.study, ['run', wanted.study, ...(own === undefined ? ['--model', model.opens] : [])])
    }
    const folder = join(dirname(resolve(this.#options.folder, store)), 'started')
    const { name, file } = await writeGiven(wanted.text, { folder, model: model.name, vector })
    return this.#spawn(name, ['run', file, '--model', model.opens])
  }

  /**
   * @param run hash of a run of the store
   * @throws Refusal 409 while another runs
   */
  resume(study: string, run: string): Started {
    return this.#spawn(study, ['resume', run], run)
  }

  stop(): void {
    if (this.#last !== null && this.#last.end === null && !this.#last.child.stopping) this.#last.child.stop()
  }

  /** Ends it after its chunk, or sooner where that takes longer than so many milliseconds. */
  async close(patience: number): Promise<void> {
    this.#closed = true
    if (this.#last === null || this.#last.end !== null) return
    const { child } = this.#last
    this.stop()
    const impatient = setTimeout(() => child.stop(), patience)
    const last = setTimeout(() => child.kill(), patience + 2000)
    await child.ended
    clearTimeout(impatient)
    clearTimeout(last)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close(0)
  }

  #spawn(study: string, words: readonly string[], run: string | null = null): Started {
    // Somebody may have started one while files were written.
    this.#checkFree()
    const { folder, store, onEnd } = this.#options
    const child = new StudyChild(['--store', resolve(folder, store), ...words], folder)
    const last: Last = { study, child, began: new Date().toISOString(), run, end: null }
    this.#last = last
    void child.ended.then(end => {
      last.end = end
      onEnd()
    })
    return { study, run, state: 'running', says: null, failure: null }
  }

  #checkFree(): void {
    if (this.#closed) throw new Refusal(503, 'The server is stopping')
    if (this.#last === null || this.#last.end !== null) return
    throw new Refusal(409, `${this.#last.study} is running, and one study is run at a time`, 'Wait for it, or stop it.')
  }
}
