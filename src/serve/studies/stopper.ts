/** Stops runs whose processes are on this machine, whoever began them. */
import { Refusal } from '../http/refusal.ts'
import type { StudyRunner } from './runner.ts'

export class Stopper {
  readonly #runner: StudyRunner | null
  /** Runs with the processes that heard of it. */
  readonly #told = new Set<string>()

  /** @param runner null where pages start nothing */
  constructor(runner: StudyRunner | null) {
    this.#runner = runner
  }

  /**
   * As Ctrl-C in its terminal. A process hears of it once, however often it is asked for: the second time would end it
   * within a chunk, which would be lost.
   *
   * @param worker the process of this machine that works on the run; null where none does
   * @throws Refusal 409 where there is nothing to stop here
   */
  stop(run: string, worker: number | null): void {
    if (this.isStopping(run, worker)) return
    if (this.#isOwn(run)) {
      this.#runner?.stop()
      return
    }
    if (worker === null || worker === process.pid)
      throw new Refusal(409, 'No process of this machine works on this run', 'Stop it where it was started.')
    process.kill(worker, 'SIGINT')
    this.#told.add(`${run} ${worker}`)
  }

  /** @param worker null where no process of this machine works on it */
  isStopping(run: string, worker: number | null): boolean {
    if (this.#isOwn(run)) return this.#runner?.started?.state === 'stopping'
    return worker !== null && this.#told.has(`${run} ${worker}`)
  }

  /** Whether a page began it, and its process is still there. */
  #isOwn(run: string): boolean {
    const started = this.#runner?.started
    return started?.run === run && (started.state === 'running' || started.state === 'stopping')
  }
}
