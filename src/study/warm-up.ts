/** What work of each kind costs on this machine, from a short measured warm-up: laptops differ three-fold at the same clock. */
import { evenly } from '../data/index.ts'
import type { Model } from '../engine/types.ts'
import type { Item } from '../measure/suites/index.ts'
import { ANSWER_TOKENS, fitMethod } from '../steer/index.ts'
import { answerItems } from './answer.ts'
import { chat } from './chat.ts'
import type { Plan } from './plan.ts'

/** Answers of the warm-up are cut here: one token tells what reading costs, more of them what writing does. */
const LENGTHS = [8, 32, 128]
/** Seconds after which no longer answers are tried on the rows of one suite. */
const ENOUGH = 2
/** Rows of a suite that is only scored, for each engine. */
const SCORED = 4
/** Examples of the warm-up of a trained method: one step. */
const TRAINED = 6

/** What a row of one kind costs. */
export interface Cost {
  /** Seconds to read a row, or to score it. */
  readonly row: number
  readonly token: number
  /** Chance that an answer ends with its next token. */
  readonly ends: number
}

interface Asked {
  readonly seconds: number
  readonly tokens: number
  /** Answers that ended by themselves. */
  readonly ended: number
}

export class WarmUp {
  readonly #model: Model
  readonly #plan: Plan
  readonly #engines: number
  readonly #signal: AbortSignal | undefined

  constructor(model: Model, plan: Plan, signal: AbortSignal | undefined) {
    this.#model = model
    this.#plan = plan
    this.#engines = model.info.engine.engines
    this.#signal = signal
  }

  async scored(items: readonly Item[]): Promise<Cost> {
    const some = evenly(items, SCORED * this.#engines)
    return { row: (await this.#ask(some, 1)).seconds / Math.max(1, some.length), token: 0, ends: 0 }
  }

  async written(items: readonly Item[]): Promise<Cost> {
    const some = evenly(items, this.#together)
    const read = await this.#ask(some, 1)
    return { row: read.seconds / Math.max(1, some.length), ...(await this.#writing(some, read)) }
  }

  /** Rows of one template follow each other, and its beginning is read once for as many of them as are in a chunk. */
  async grid(items: readonly Item[]): Promise<Cost> {
    const middle = items[Math.floor(items.length / 2)]
    const own = items.filter(({ clusters }) => clusters.template === middle?.clusters.template)
    const some = own.slice(0, this.#together)
    const first = await this.#ask(some.slice(0, 1), 1)
    const read = await this.#ask(some, 1)
    // Each engine reads its share of the rows, the first of them whole.
    const others = some.length / this.#engines - 1
    const next = others > 0 ? Math.max(0, read.seconds - first.seconds) / others : first.seconds
    const whole = Math.max(first.seconds, next)
    const share = beginnings(items, this.#plan.study.chunk / this.#engines) / Math.max(1, items.length)
    return { row: (next + share * (whole - next)) / this.#engines, ...(await this.#writing(some, read)) }
  }

  /** Seconds for an example once through the model and back, in the middle of its layers; its answer is planned apart. */
  async trained(): Promise<number> {
    const { fit, study } = this.#plan
    const rows = evenly([...fit.pool, ...fit.positive], TRAINED)
    const prompts = rows.map(row => chat(row.prompt, study.system))
    const layer = Math.floor(this.#model.info.layers / 2)
    const written = await this.#model.generate(prompts, { maxTokens: ANSWER_TOKENS, signal: this.#signal })
    const said = written.map(({ text }) => text)
    const answers = { positive: said, negative: said }
    const began = performance.now()
    await fitMethod(
      this.#model,
      { method: 'ssv', positive: prompts, negative: prompts, answers, layers: [layer], epochs: 1 },
      { signal: this.#signal },
    )
    return (performance.now() - began) / 1000 / Math.max(1, rows.length)
  }

  /** Sequences that are decoded at the same time. */
  get #together(): number {
    return this.#plan.study.slots * this.#engines
  }

  async #writing(items: readonly Item[], read: Asked): Promise<Pick<Cost, 'token' | 'ends'>> {
    const most = this.#plan.study.generation.maxTokens
    let before = read
    let cost = { token: 0, ends: 0 }
    for (const length of new Set(LENGTHS.map(one => Math.min(one, most)))) {
      const found = await this.#ask(items, length)
      const [written, seconds] = [found.tokens - before.tokens, found.seconds - before.seconds]
      if (written <= 0) break
      // Disturbed by other programs, a longer answer may seem to cost nothing; then its reading is counted in.
      const token = seconds > 0 ? seconds / written : found.seconds / found.tokens
      cost = { token, ends: found.ended / found.tokens }
      if (found.seconds > ENOUGH) break
      before = found
    }
    return cost
  }

  async #ask(items: readonly Item[], maxTokens: number): Promise<Asked> {
    this.#signal?.throwIfAborted()
    const { system, slots } = this.#plan.study
    const began = performance.now()
    const { records } = await answerItems(items, {
      model: this.#model,
      steering: [],
      system,
      slots,
      maxTokens,
      firstTokens: [],
      render: async prompt => (await this.#model.render(prompt)).text,
    })
    return {
      seconds: (performance.now() - began) / 1000,
      tokens: records.reduce((sum, record) => sum + record.tokens.length, 0),
      ended: records.filter(({ finish }) => finish === 'stop').length,
    }
  }
}

/** How often a row follows that begins in another way than the one before it in its piece. */
function beginnings(items: readonly Item[], piece: number): number {
  const size = Math.max(1, Math.floor(piece))
  return items.filter((item, i) => i % size === 0 || item.clusters.template !== items[i - 1]?.clusters.template).length
}
