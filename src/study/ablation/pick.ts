/**
 * Picks the refusal direction among the candidates by the published rule: the lowest log-odds of refusal under ablation of
 * those that pass the filters (score.ts).
 *
 * Every candidate is looked at on 8 harmful rows; then quarter by quarter of that order those that induce refusals are
 * scored on all 32, and the divergence is measured for the best only, until one passes. So a pick takes candidates × 8
 * readings of a prompt and at most × 64 for a quarter of them, × 24 in all, instead of × 96 for everything; where nothing
 * induces refusals × 40.
 */
import { z } from 'zod'
import { EMBEDDING } from '../../engine/place.ts'
import type { CompoundVector, Prompt, Steering } from '../../engine/types.ts'
import { ablatedFrom, directionAt } from '../../steer/index.ts'
import { fingerprintOf } from '../steering.ts'
import type { Work } from '../work.ts'
import type { Candidate } from './candidates.ts'
import { divergence, induces, leavesAlone, refusalScore, type Scores } from './score.ts'

/** Rows on which every candidate is looked at, and the share of them that goes on at a time. */
const [FIRST, PARTS] = [8, 4]
/** Readings of a prompt that a candidate takes where the first quarter has one that passes. */
export const readingsPerCandidate = FIRST + (2 * 32) / PARTS

export interface Picking {
  readonly harmful: readonly Prompt[]
  readonly harmless: readonly Prompt[]
  /** Tokens with which this model's refusals begin. */
  readonly openings: readonly number[]
  readonly onCandidate: (done: number, of: number) => void
}

export interface Picked extends Candidate {
  readonly ablation: CompoundVector
  readonly scores: Scores
  /** Log-odds of refusal on the harmful prompts, unsteered. */
  readonly before: number
}

/** Null where no candidate passes. */
export async function pickDirection(
  work: Work,
  all: readonly Candidate[],
  { harmful, harmless, openings, onCandidate }: Picking,
): Promise<Picked | null> {
  const { info } = work.model
  const known = all.flatMap(candidate => {
    const direction = directionAt(candidate.vector, candidate.layer)
    return direction === undefined ? [] : [{ ...candidate, ablation: ablatedFrom(EMBEDDING, direction, info) }]
  })
  const score = (steering: Steering, prompts: readonly Prompt[]) => meanScore(work, steering, prompts, openings)
  const looked = []
  for (const [i, candidate] of known.entries()) {
    looked.push({ ...candidate, first: await score([{ vector: candidate.ablation }], harmful.slice(0, FIRST)) })
    onCandidate(i + 1, known.length)
  }
  const order = looked.toSorted((a, b) => a.first - b.first)
  const part = Math.ceil(order.length / PARTS)
  const klOf = divergenceFrom(work, harmless)
  for (let start = 0; start < order.length; start += part) {
    const scored = []
    for (const { first: _, ...candidate } of order.slice(start, start + part)) {
      const induced = await score([{ vector: candidate.vector }], harmless)
      if (!induces({ induced })) continue
      const refusal = await score([{ vector: candidate.ablation }], harmful)
      if (!Number.isNaN(refusal)) scored.push({ ...candidate, induced, refusal })
    }
    for (const { induced, refusal, ...candidate } of scored.toSorted((a, b) => a.refusal - b.refusal)) {
      const kl = await klOf([{ vector: candidate.ablation }])
      if (!leavesAlone({ kl })) continue
      return { ...candidate, scores: { refusal, induced, kl }, before: await score([], harmful) }
    }
  }
  return null
}

/** What is no number is kept as null. */
const Stored = z.number().nullable()

async function meanScore(
  work: Work,
  steering: Steering,
  prompts: readonly Prompt[],
  openings: readonly number[],
): Promise<number> {
  const what = { kind: 'refusal score', steering: fingerprintOf(steering), prompts, openings }
  const stored = await work.once(what, async () => {
    const found = await work.model.firstToken(prompts, openings, { steering })
    return found.reduce((sum, one) => sum + refusalScore(one), 0) / found.length
  })
  return Stored.parse(stored) ?? Number.NaN
}

/** Reads the unsteered model once for all that is held against it. */
function divergenceFrom(work: Work, prompts: readonly Prompt[]): (steering: Steering) => Promise<number> {
  const vocabulary = Array.from({ length: work.model.info.vocabulary }, (_, token) => token)
  let plain: Promise<Float64Array[]> | undefined
  return async steering => {
    const what = { kind: 'KL of the first token', steering: fingerprintOf(steering), prompts }
    const stored = await work.once(what, async () => {
      plain ??= work.model.firstToken(prompts, vocabulary)
      const [before, after] = [await plain, await work.model.firstToken(prompts, vocabulary, { steering })]
      return before.reduce((sum, one, i) => sum + divergence(one, after[i] ?? []), 0) / before.length
    })
    return Stored.parse(stored) ?? Number.NaN
  }
}
