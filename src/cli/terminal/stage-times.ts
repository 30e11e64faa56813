/** Says of each stage, when the next begins, what it did and how long it took. */
import { isComputed, type Progress } from '../../progress.ts'
import type { Plan } from '../../study/plan.ts'

interface Stage {
  readonly name: string
  readonly began: number
  done: number
  worked: boolean
}

export class StageTimes {
  readonly #plan: Plan
  readonly #say: (text: string) => void
  /** Stages that took nothing but the store: told once it is clear that there was work at all. */
  readonly #waiting: string[] = []
  #stage: Stage | null = null

  constructor(plan: Plan, say: (text: string) => void) {
    this.#plan = plan
    this.#say = say
  }

  see(event: Progress): void {
    const { stage, done } = event
    const worked = isComputed(event)
    if (this.#stage?.name !== stage) {
      this.#finish()
      this.#stage = { name: stage, began: performance.now(), done, worked }
    } else {
      this.#stage.done = done
      this.#stage.worked ||= worked
    }
    if (worked) this.#tell()
  }

  /** Ends the last stage and tells what has not been told. */
  end(): void {
    this.#finish()
    this.#tell()
  }

  #tell(): void {
    for (const text of this.#waiting.splice(0)) this.#say(text)
  }

  #finish(): void {
    if (this.#stage === null) return
    const { name, began, done, worked } = this.#stage
    const seconds = (performance.now() - began) / 1000
    const time = seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`
    const what = `${name.padEnd(8)} ${this.#what(name, done)}`
    this.#waiting.push(worked ? what.padEnd(60) + time.padStart(10) : `${what}, from the store`)
    this.#stage = null
  }

  #what(stage: string, rows: number): string {
    const count = rows.toLocaleString('en')
    if (stage === 'fit') return `contrast set, ${count} prompts looked at`
    if (stage === 'select') return `layer and strength, ${count} short answers`
    return `4 axes × ${this.#plan.conditions.length} conditions, ${count} answers and scores`
  }
}
