/**
 * The refusal direction of a study, taken away everywhere: picked by the published rule, or where nothing can be picked
 * by it the layer whose ablation leaves the fewest refusals.
 */
import { createRandom, type PromptRow, shuffle } from '../../data/index.ts'
import { EMBEDDING } from '../../engine/place.ts'
import type { CompoundVector } from '../../engine/types.ts'
import { ablatedFrom, directionAt, type FitModel, type TokensSaid } from '../../steer/index.ts'
import { chat } from '../chat.ts'
import { type Openings, oddsOf, probeOpenings } from '../fit/behaviour.ts'
import { fitRefusal } from '../fit/index.ts'
import type { Plan } from '../plan.ts'
import { selectAblation } from '../select.ts'
import type { OnRows, Work } from '../work.ts'
import { candidates } from './candidates.ts'
import { type Picked, pickDirection } from './pick.ts'
import { type RefusalRows, refusalRows } from './rows.ts'
import { sourceLayers } from './score.ts'

export interface FindingAblation {
  readonly work: Work
  readonly plan: Plan
  readonly model: FitModel
  readonly onRows: OnRows
  /** Layers to fall back on. */
  readonly layers: readonly number[]
  /** `told` where the answers from which openings are read were asked for before, and counted. */
  readonly probe: 'new' | 'told'
}

export interface FoundAblation {
  readonly layer: number
  /** Of the template, from its end; null where a mean over tokens was read. */
  readonly position: number | null
  /** Tokens whose mean was read; undefined for single positions. */
  readonly tokens: TokensSaid | undefined
  readonly vector: CompoundVector
  /** What was removed, and how it was picked. */
  readonly description: string
  /** Harmless and harmful rows that it was made of. */
  readonly positive: readonly PromptRow[]
  readonly negative: readonly PromptRow[]
  /** Why the published rule did not pick it; null where it did. */
  readonly warning: string | null
}

/** @param told the only layer to read at, and tokens to read the mean of in place of single positions */
export async function findAblation(
  finding: FindingAblation,
  condition: string,
  told: { readonly layer: number | null; readonly tokens: TokensSaid | undefined },
): Promise<FoundAblation> {
  const { work, plan, onRows, probe } = finding
  const onProbe = probe === 'new' ? onRows('fit', 'refusal openings') : () => {}
  const { openings } = await probeOpenings(work, plan.study, plan.fit, onProbe)
  if (openings.tokens.length === 0) return fallBack(finding, condition, told, openings.note)
  const rows = await rowsOf(finding, openings)
  if (rows.select.harmful.length === 0 || rows.select.harmless.length === 0)
    return fallBack(finding, condition, told, 'there are too few prompts to pick it on')
  const picked = await pick(finding, condition, told, rows, openings)
  if ('candidates' in picked)
    return fallBack(finding, condition, told, `none of ${picked.candidates} candidates passes its filters`)
  const { layer, position, ablation, scores, before } = picked
  const { harmful, harmless } = rows.select
  const at = position === null ? '' : `, position ${position} of the template`
  const odds = (value: number) => value.toFixed(1)
  return {
    layer,
    position,
    tokens: told.tokens,
    vector: ablation,
    description: `the difference of harmful and harmless prompts at layer ${layer}${at}, removed everywhere: the log-odds of refusal go from ${odds(before)} to ${odds(scores.refusal)} on ${harmful.length} harmful prompts; on ${harmless.length} harmless ones KL ${scores.kl.toPrecision(2)}, and ${odds(scores.induced)} where it is added`,
    positive: rows.fit.harmless,
    negative: rows.fit.harmful,
    warning: null,
  }
}

/** The same at the same place where the sides of its rows are shuffled. */
export async function permutedAblation(
  { work, plan }: Pick<FindingAblation, 'work' | 'plan'>,
  { positive, negative, layer, position, tokens }: FoundAblation,
  draw: number,
): Promise<CompoundVector | undefined> {
  const { seed, system } = plan.study
  const rows = shuffle([...positive, ...negative], createRandom(seed, `permuted ${draw}`))
  const prompts = rows.map(row => chat(row.prompt, system))
  const sides = { harmless: prompts.slice(0, positive.length), harmful: prompts.slice(positive.length) }
  const all = await candidates(work, sides, [layer], tokens)
  const vector = all.find(one => one.position === position)?.vector
  const direction = vector && directionAt(vector, layer)
  return direction && ablatedFrom(EMBEDDING, direction, work.model.info)
}

async function rowsOf({ work, plan }: FindingAblation, { tokens }: Openings): Promise<RefusalRows> {
  const { study, fit, select } = plan
  const all = [...fit.positive, ...fit.negative, ...select.control]
  const odds = await oddsOf(work, study, all, tokens)
  return refusalRows(study, fit, select, new Map(all.map((row, i) => [row, odds[i] ?? 0])))
}

async function pick(
  { work, plan, onRows }: FindingAblation,
  condition: string,
  { layer, tokens }: Parameters<typeof findAblation>[2],
  { fit, select }: RefusalRows,
  openings: Openings,
): Promise<Picked | { readonly candidates: number }> {
  const prompts = (rows: readonly PromptRow[]) => rows.map(row => chat(row.prompt, plan.study.system))
  const sides = { harmful: prompts(fit.harmful), harmless: prompts(fit.harmless) }
  const layers = layer === null ? sourceLayers(work.model.info.layers) : [layer]
  const all = await candidates(work, sides, layers, tokens)
  const picked = await pickDirection(work, all, {
    harmful: prompts(select.harmful),
    harmless: prompts(select.harmless),
    openings: openings.tokens,
    onCandidate: (done, of) => onRows('select', `${condition}: candidate ${done} of ${of}`)(0),
  })
  return picked ?? { candidates: all.length }
}

async function fallBack(
  { work, plan, model, layers, onRows }: FindingAblation,
  condition: string,
  told: Parameters<typeof findAblation>[2],
  why: string,
): Promise<FoundAblation> {
  const tried = told.layer === null ? layers : [told.layer]
  const vectors = await fitRefusal(work, plan, model, tried, told.tokens)
  const { layer, vector } = await selectAblation(work, plan, condition, vectors, onRows('select', condition))
  return {
    layer,
    position: null,
    tokens: told.tokens ?? 'template-suffix',
    vector,
    description: `the difference of harmful and harmless prompts at layer ${layer}, removed everywhere`,
    positive: plan.fit.positive,
    negative: plan.fit.negative,
    warning: `${condition} was not picked by the published rule (Arditi et al. 2024), since ${why}: the layer whose ablation leaves the fewest refusals stands in.`,
  }
}
