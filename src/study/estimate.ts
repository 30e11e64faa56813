/** How long a plan will take, scaled up from what a few of its rows cost on this machine. */
import type { Model } from '../engine/types.ts'
import type { Suite } from '../measure/suites/index.ts'
import type { RunOptions } from '../progress.ts'
import { defaultsOf, isTrainedThrough } from '../steer/index.ts'
import { readingsPerCandidate } from './ablation/pick.ts'
import { sourceLayers } from './ablation/score.ts'
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
import { type Cost, WarmUp } from './warm-up.ts'

export interface Estimate {
  readonly seconds: number
  /** Written, while so many answers are decoded together as in the study. */
  readonly tokensPerSecond: number
}

/** A contrast set is read for its openings and for its states. */
const READINGS = 2

/** What the work of a plan costs, kind by kind. */
export interface Costs {
  /** By suite. */
  readonly suites: ReadonlyMap<string, Cost>
  /** Of a plain prompt. */
  readonly usual: Cost
  /** Seconds for one example of a method that is trained; 0 where none is. */
  readonly trained: number
  /** Directions among which the refusal direction is picked. */
  readonly candidates: number
  /** Layers of the model. */
  readonly depth: number
}

/** Asks a few rows of every suite, unsteered. Nothing is stored. */
export async function measureCosts(model: Model, plan: Plan, { signal, onProgress }: RunOptions = {}): Promise<Costs> {
  const warmUp = new WarmUp(model, plan, signal)
  const plain = plan.suites.find(suite => !suite.grid && isWritten(suite))
  const different = new Map<string, (typeof plan.suites)[number]>()
  for (const suite of [...(plain ? [plain] : []), ...plan.suites, ...plan.explored])
    if (!different.has(suite.name)) different.set(suite.name, suite)
  const depth = model.info.layers
  const trains = trainings(plan, depth).length > 0
  const total = different.size + (trains ? 1 : 0)
  const suites = new Map<string, Cost>()
  for (const [name, suite] of different) {
    onProgress?.({ stage: 'estimate', done: suites.size, total, detail: name })
    suites.set(name, await warmUp[suite.grid ? 'grid' : isWritten(suite) ? 'written' : 'scored'](suite.items))
  }
  const usual = (plain && suites.get(plain.name)) ?? { row: 0, token: 0, ends: 0 }
  if (trains) onProgress?.({ stage: 'estimate', done: suites.size, total, detail: 'training' })
  const trained = trains ? await warmUp.trained() : 0
  return { suites, usual, trained, candidates: await ablationCandidates(model, plan), depth }
}

/** @param costs of this plan, or of one that asks the same suites more or fewer rows */
export function estimateFrom({ suites, usual, trained, candidates, depth }: Costs, plan: Plan): Estimate {
  const planned = plan.counts.reduce((sum, count) => sum + secondsOf(count, suites.get(count.suite) ?? usual), 0)
  const matched = plan.conditions.filter(({ treatment }) => treatment.kind === 'random-kl').length
  return {
    seconds:
      planned +
      (matched * klReadings + budgetReadings(plan, depth)) * klPrompts * usual.row +
      candidates * readingsPerCandidate * usual.row +
      trained * trainings(plan, depth).reduce((a, b) => a + b, 0),
    tokensPerSecond: usual.token > 0 ? 1 / usual.token : 0,
  }
}

export async function estimate(model: Model, plan: Plan, options: RunOptions = {}): Promise<Estimate> {
  return estimateFrom(await measureCosts(model, plan, options), plan)
}

/** How often harmless text is read to tell divergences, where a rule needs them; each with an answer about as long. */
function budgetReadings({ conditions, study: { select } }: Plan, depth: number): number {
  if (!usesBudget(select.rule)) return 0
  const at = candidateLayers(select, depth).length
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
  return items.some(({ kind }) => kind === 'answer' || kind === 'problem')
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
