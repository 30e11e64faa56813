/** How much a planned study has to do, and what it can at best find out. */
import { canDecide } from '../measure/statistics/index.ts'
import { isOwnAnswer, type Suite } from '../measure/suites/index.ts'
import { choosesLayers } from '../steer/index.ts'
import { methodTreatments, type PlannedCondition } from './conditions.ts'
import { askedOf, KNOWLEDGE_TOKENS, questionsOf } from './conflicts/index.ts'
import { usesAnswers } from './fit/recipe.ts'
import { waysOf } from './kl-budget.ts'
import { rowsAsked } from './rows-asked.ts'
import type { Study } from './schema.ts'
import type { FitRows, SelectRows } from './splits.ts'

export interface PlanCount {
  readonly stage: 'fit' | 'select' | 'measure'
  readonly condition: string
  readonly suite: string
  /** Answers to make, or rows to score. */
  readonly rows: number
  /** Most tokens each may have; 0 where nothing is generated. */
  readonly maxTokens: number
}

/** What a suite can at best show, if steering flips nothing. */
export interface SuiteOutlook {
  readonly suite: string
  readonly rows: number
  /** Rows that are independent of each other: the prompts of a grid. */
  readonly independent: number
  /** The loss, as a fraction, that can at best be ruled out; null where nothing can be said before a run. */
  readonly rulesOut: number | null
  /** Whether that is within the margin. */
  readonly canHold: boolean | null
  /** Independent rows that would be needed. */
  readonly rowsNeeded: number | null
  /** Of efficacy: the smallest gain, as a fraction, that can at best be shown; null on other axes, and for too few rows. */
  readonly shows: number | null
}

/** Of so many prompts at the least, all gained and none lost, the 95 % interval of the change lies above zero. */
const SHOWN = 4

/** Prompts answered to learn how this model begins a refusal, a side. */
export const PROBE_ROWS = 24
/** Tokens of such an answer. */
export const PROBE_TOKENS = 32

export function layerCount({ layers }: Study['select']): number {
  if (typeof layers === 'number') return layers
  return Array.isArray(layers) ? layers.length : Math.floor((layers.to - layers.from) / (layers.step ?? 1)) + 1
}

interface PointCounts {
  /** Points that are answered at each layer. */
  readonly answered: number
  /** Those of the curves at the chosen layer, and how many of them are answered for these alone. */
  readonly curve: number
  readonly curveOnly: number
}

export function pointCounts({ rule, strengths }: Pick<Study['select'], 'rule' | 'strengths'>): PointCounts {
  const grid = strengths.length
  if (rule !== 'kl-budget') return { answered: grid, curve: grid, curveOnly: 0 }
  // The strength that is found stands beside those of the grid.
  return { answered: waysOf(strengths).length, curve: grid + 1, curveOnly: grid }
}

interface Planned {
  readonly fit: FitRows
  readonly select: SelectRows
  readonly suites: readonly Suite[]
  readonly explored: readonly Suite[]
  readonly conditions: readonly PlannedCondition[]
}

export function countAnswers(study: Study, planned: Planned): PlanCount[] {
  const { fit, select, suites, conditions } = planned
  const explored = planned.explored.map(suite => askedOf(suite))
  const counts: PlanCount[] = []
  const add = (stage: PlanCount['stage'], condition: string, suite: string, rows: number, maxTokens: number) => {
    if (rows > 0) counts.push({ stage, condition, suite, rows, maxTokens })
  }
  for (const [name, questions] of questionsOf({ suites, fit, select }))
    add('fit', 'baseline', name, questions.length, questions.some(({ by }) => by === 'answer') ? KNOWLEDGE_TOKENS : 0)
  for (const { name, items } of suites)
    add('fit', 'baseline', name, items.filter(isOwnAnswer).length, study.generation.maxTokens)
  const methods = methodTreatments(conditions)
  const sorted = methods.length > 0 && study.fit.keep === 'behaviour'
  const ablated = conditions.some(({ treatment }) => treatment.kind === 'ablate-refusal')
  const candidates = fit.pool.length + fit.positive.length + fit.negative.length
  if (sorted || ablated) add('fit', 'baseline', 'refusal openings', Math.min(2 * PROBE_ROWS, candidates), PROBE_TOKENS)
  if (sorted) add('fit', 'baseline', 'contrast set', candidates, 0)
  // Questions with two answers are fitted on these.
  if (methods.some(usesAnswers) && fit.questions === undefined)
    add('fit', 'baseline', 'answers to train on', Math.min(2 * study.fit.limit, candidates), PROBE_TOKENS)
  const most = select.most ?? Number.POSITIVE_INFINITY
  const selected = Math.min(select.target.length, most) + Math.min(select.control.length, most)
  const { maxTokens } = study.select
  const exploredTokens = (suite: Suite) => (tokensOf(suite, study) === 0 ? 0 : maxTokens)
  for (const { name, treatment } of conditions) {
    if (treatment.kind === 'system' && treatment.texts.length > 1)
      add('select', name, 'select', treatment.texts.length * selected, maxTokens)
    if (treatment.kind !== 'method' || (treatment.layer !== null && treatment.strength !== null)) continue
    // A method that chooses its layers itself is tried at one place.
    const isOnePlace = treatment.layer !== null || choosesLayers(treatment.method)
    const layers = isOnePlace ? 1 : layerCount(study.select)
    if (treatment.strength !== null) {
      add('select', name, 'select', layers * selected, maxTokens)
      continue
    }
    const { answered, curve, curveOnly } = pointCounts(study.select)
    const points = layers * answered + (explored.length > 0 ? curveOnly : 0)
    add('select', name, 'select', points * selected, maxTokens)
    for (const suite of explored) add('select', name, suite.name, curve * suite.items.length, exploredTokens(suite))
  }
  if (methods.some(({ layer, strength }) => layer === null || strength === null)) {
    add('select', 'baseline', 'select', selected, maxTokens)
    for (const suite of explored) add('select', 'baseline', suite.name, suite.items.length, exploredTokens(suite))
  }
  for (const suite of suites.map(suite => askedOf(suite)))
    for (const { name, rows } of conditions)
      add('measure', name, suite.name, rowsAsked(suite, rows, study.seed).length, tokensOf(suite, study))
  return counts
}

function tokensOf(suite: Suite, study: Study): number {
  const own = suite.items.map(item => {
    if (item.kind === 'problem') return item.maxTokens
    return item.kind === 'answer' ? study.generation.maxTokens : 0
  })
  return own.reduce((a, b) => Math.max(a, b), 0)
}

export function outlookOf(suite: Suite, { margins }: Study): SuiteOutlook {
  const { items } = askedOf(suite)
  const rows = items.length
  const prompts = new Set(items.map(({ sample, clusters }) => clusters.prompt ?? clusters.article ?? sample))
  const shared = { suite: suite.name, rows, independent: prompts.size }
  if (suite.want === null) return { ...shared, rulesOut: null, canHold: null, rowsNeeded: null, shows: null }
  if (suite.axis === 'efficacy') {
    const shows = prompts.size < SHOWN ? null : SHOWN / prompts.size
    return { ...shared, rulesOut: null, canHold: null, rowsNeeded: SHOWN, shows }
  }
  const { lower, holds, rowsNeeded } = canDecide(prompts.size, margins.rates / 100)
  return { ...shared, rulesOut: -lower, canHold: holds, rowsNeeded, shows: null }
}
