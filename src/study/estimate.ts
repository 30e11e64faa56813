/** How long a plan will take, from a short measured warm-up: laptops differ three-fold at the same clock. */
import { evenly } from '../data/index.ts'
import type { Model } from '../engine/types.ts'
import type { Item, Suite } from '../measure/suites/index.ts'
import type { RunOptions } from '../progress.ts'
import { defaultsOf, fitMethod, isTrainedThrough } from '../steer/index.ts'
import { readingsPerCandidate } from './ablation/pick.ts'
import { sourceLayers } from './ablation/score.ts'
import { answerItems } from './answer.ts'
import { chat } from './chat.ts'
import { methodTreatments } from './conditions.ts'
import type { PlanCount } from './counts.ts'
import { recipeKey } from './fit/recipe.ts'
import { klPrompts } from './harmless/index.ts'
import { halvings } from './kl-budget.ts'
import { candidateLayers } from './layers.ts'
import { klReadings } from './match-kl.ts'
import type { Plan } from './plan.ts'
import { usesBudget } from './rules.ts'

export interface Estimate {
  readonly seconds: number
  /** Written, while so many answers are decoded together as in the study. */
  readonly tokensPerSecond: number
}

/** Answers of the warm-up are cut here: one token tells what reading costs, more of them what writing does. */
const LENGTHS = [8, 32, 128]
/** Seconds after which no longer answers are tried on the rows of one suite. */
const ENOUGH = 2
/** Rows of a suite that is only scored, for each engine. */
const SCORED = 4
/** Examples of the warm-up of a trained method: one step. */
const TRAINED = 6
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
  const plain = plan.suites.find(suite => !suite.grid && isWritten(suite))
  const usual = plain === undefined ? { row: 0, token: 0, ends: 0 } : await warmUp.written(plain.items)
  const costs = new Map([[plain?.name, usual]])
  for (const suite of [...plan.suites, ...plan.explored]) {
    if (costs.has(suite.name)) continue
    costs.set(suite.name, await warmUp[suite.grid ? 'grid' : isWritten(suite) ? 'written' : 'scored'](suite.items))
  }
  const planned = plan.counts.reduce((sum, count) => sum + secondsOf(count, costs.get(count.suite) ?? usual), 0)
  const training = trainings(plan, model.info.layers)
  const trained = training.length === 0 ? 0 : await warmUp.trained()
  const candidates = await ablationCandidates(model, plan)
  const matched = plan.conditions.filter(({ treatment }) => treatment.kind === 'random-kl').length
  return {
    seconds:
      planned +
      (matched * klReadings + budgetReadings(plan, model)) * klPrompts * usual.row +
      candidates * readingsPerCandidate * usual.row +
      trained * training.reduce((a, b) => a + b, 0),
    tokensPerSecond: usual.token > 0 ? 1 / usual.token : 0,
  }
}

/** How often harmless text is read to tell divergences, where a rule needs them; each with an answer about as long. */
function budgetReadings({ conditions, study: { select } }: Plan, { info }: Model): number {
  if (!usesBudget(select.rule)) return 0
  const at = candidateLayers(select, info.layers).length
  const searched = select.rule === 'kl-budget' ? halvings * 2 : 0
  return (
    methodTreatments(conditions).filter(({ strength }) => strength === null).length *
    at *
    2 *
    (1 + select.strengths.length + searched)
  )
}

/** Directions among which the refusal direction is picked. Several conditions pick the same. */
async function ablationCandidates(model: Model, { conditions, fit, study }: Plan): Promise<number> {
  const [row] = fit.negative
  if (row === undefined || !conditions.some(({ treatment }) => treatment.kind === 'ablate-refusal')) return 0
  const { templateSuffix } = await model.render(chat(row.prompt, study.system))
  const [start, end] = templateSuffix
  return (end - start) * sourceLayers(model.info.layers).length
}

/** Examples that each trained method goes through, over all layers and epochs. */
function trainings({ conditions, study, fit }: Plan, depth: number): number[] {
  const layers = candidateLayers(study.select, depth).length
  const recipes = new Map(methodTreatments(conditions).map(recipe => [recipeKey(recipe), recipe]))
  return [...recipes.values()].flatMap(({ method, parameters }) => {
    if (!isTrainedThrough(method)) return []
    const { positive, negative, pool } = fit
    const side = (rows: readonly unknown[]) => Math.min(study.fit.limit, rows.length + pool.length)
    const examples = side(positive) + (method === 'reft-r1' ? side(negative) : 0)
    return [layers * Number(parameters.epochs ?? defaultsOf(method).epochs) * examples]
  })
}

function isWritten({ items }: Pick<Suite, 'items'>): boolean {
  return items.some(({ kind }) => kind === 'answer')
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

interface Asked {
  readonly seconds: number
  readonly tokens: number
  /** Answers that ended by themselves. */
  readonly ended: number
}

class WarmUp {
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

  /** Seconds for an example once through the model and back, in the middle of its layers. */
  async trained(): Promise<number> {
    const { fit, study } = this.#plan
    const rows = evenly([...fit.pool, ...fit.positive], TRAINED)
    const prompts = rows.map(row => chat(row.prompt, study.system))
    const layer = Math.floor(this.#model.info.layers / 2)
    const began = performance.now()
    await fitMethod(
      this.#model,
      { method: 'ssv', positive: prompts, negative: prompts, layers: [layer], epochs: 1 },
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
