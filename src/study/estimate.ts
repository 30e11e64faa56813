/** How long a plan will take, from a short measured warm-up: laptops differ three-fold at the same clock. */
import type { Model } from '../engine/types.ts'
import type { Item } from '../measure/suites/index.ts'
import type { RunOptions } from '../progress.ts'
import { answerItems } from './answer.ts'
import type { PlanCount } from './counts.ts'
import { klPrompts, klReadings } from './match-kl.ts'
import type { Plan } from './plan.ts'

export interface Estimate {
  readonly seconds: number
  /** Written, while so many answers are decoded together as in the study. */
  readonly tokensPerSecond: number
}

/** Answers of the warm-up are cut here: one token tells what reading costs, more of them what writing does. */
const LENGTHS = [8, 32, 128]
/** Seconds after which no longer answers are tried on the rows of one suite. */
const ENOUGH = 2
/** Rows that tell whether reading the others would take longer than a warm-up may, in seconds. */
const [FEW, LONG] = [2, 6]
/** A contrast set is read for its openings and for its states. */
const READINGS = 2

/** What a row of one kind costs. */
interface Cost {
  /** Seconds to read a row, or to score it. */
  readonly row: number
  readonly token: number
  /** Chance that an answer ends with its next token. */
  readonly ends: number
}

/** Asks a few rows of every suite, unsteered, and scales up. Nothing is stored. */
export async function estimate(model: Model, plan: Plan, { signal }: RunOptions = {}): Promise<Estimate> {
  const warmUp = new WarmUp(model, plan, signal)
  const plain = plan.suites.find(({ grid, items }) => !grid && items.some(({ kind }) => kind === 'answer'))
  const usual = plain === undefined ? { row: 0, token: 0, ends: 0 } : await warmUp.cost(plain.items)
  const costs = new Map([[plain?.name, usual]])
  for (const { name, items } of [...plan.suites, ...plan.explored])
    if (!costs.has(name)) costs.set(name, await warmUp.cost(items, usual))
  const planned = plan.counts.reduce((sum, count) => sum + secondsOf(count, costs.get(count.suite) ?? usual), 0)
  const matched = plan.conditions.filter(({ treatment }) => treatment.kind === 'random-kl').length
  return {
    seconds: planned + matched * klReadings * klPrompts * usual.row,
    tokensPerSecond: usual.token > 0 ? 1 / usual.token : 0,
  }
}

function secondsOf({ suite, rows, maxTokens }: PlanCount, { row, token, ends }: Cost): number {
  if (suite === 'contrast set') return rows * READINGS * row
  return rows * (row + token * expectedTokens(maxTokens, ends))
}

/** Mean length, beyond the first token, of answers that end with each token alike and are cut at `most`. */
function expectedTokens(most: number, ends: number): number {
  const left = Math.max(0, most - 1)
  return ends === 0 ? left : (1 - (1 - ends) ** left) / ends
}

class WarmUp {
  readonly #model: Model
  readonly #plan: Plan
  readonly #signal: AbortSignal | undefined

  constructor(model: Model, plan: Plan, signal: AbortSignal | undefined) {
    this.#model = model
    this.#plan = plan
    this.#signal = signal
  }

  /** @param usual what is taken for writing where reading alone takes long */
  async cost(items: readonly Item[], usual?: Cost): Promise<Cost> {
    const { study } = this.#plan
    const some = stretches(items, study.slots * this.#model.info.engine.engines)
    const few = some.slice(0, FEW)
    const probe = await this.#ask(few, 1)
    const row = probe.seconds / Math.max(1, few.length)
    if (usual !== undefined && row * some.length > LONG) return { ...usual, row }
    let before = await this.#ask(some, 1)
    let cost: Cost = { row: before.seconds / Math.max(1, some.length), token: 0, ends: 0 }
    const most = study.generation.maxTokens
    for (const length of new Set(LENGTHS.map(one => Math.min(one, most)))) {
      const found = await this.#ask(some, length)
      const [written, seconds] = [found.tokens - before.tokens, found.seconds - before.seconds]
      if (written <= 0) break
      // Disturbed by other programs, a longer answer may seem to cost nothing; then its reading is counted in.
      cost = {
        ...cost,
        token: seconds > 0 ? seconds / written : found.seconds / found.tokens,
        ends: found.ended / found.tokens,
      }
      if (found.seconds > ENOUGH) break
      before = found
    }
    return cost
  }

  async #ask(items: readonly Item[], maxTokens: number) {
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
    const seconds = (performance.now() - began) / 1000
    const tokens = records.reduce((sum, record) => sum + record.tokens.length, 0)
    const ended = records.filter(({ finish }) => finish === 'stop').length
    return { seconds, tokens, ended }
  }
}

/** As many rows as are decoded together, half of them from either place: those that follow each other share beginnings. */
function stretches(items: readonly Item[], rows: number): readonly Item[] {
  if (items.length <= rows) return items
  const half = Math.max(1, Math.floor(rows / 2))
  return [0.25, 0.75].flatMap(share => {
    const from = Math.min(Math.floor(share * items.length), items.length - half)
    return items.slice(from, from + half)
  })
}
