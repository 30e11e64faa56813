/**
 * The constrained variant of a contrast set (Goyal and Daumé 2026, arXiv 2602.06256): control rows join it, so that what
 * points from one side to the other is the wanted behaviour on both, and no longer readiness alone.
 */
import { type PromptRow, resample } from '../../data/index.ts'
import type { Sides } from '../../steer/index.ts'
import type { Behaviour, ContrastSet } from './contrast.ts'

/** Rows that are to be left alone join the side on which they are left alone, as many as stand there. */
export function withControl(
  { positive, negative }: Pick<ContrastSet, 'positive' | 'negative'>,
  control: Sides<PromptRow>,
  seed: number,
): ConstrainedSet {
  const up = resample(control.positive, positive.length, seed)
  const down = resample(control.negative, negative.length, seed)
  return {
    positive: [...positive, ...up],
    negative: [...negative, ...down],
    control: new Set([...up, ...down]),
    note: `Constrained: ${up.length} questions without a context join both sides, with memory’s answer as the positive.`,
  }
}

export interface ConstrainedSet extends ContrastSet {
  /** Those of its rows that are to be refused. */
  readonly control: ReadonlySet<PromptRow>
}

/**
 * Harmful rows that the model refused join the positives, as many as there are; those it answered join the negatives
 * likewise. Rows that already stand on a side stay there alone. What the model does is not known where `behaviour` is
 * empty: then all count as refused.
 */
export function constrainedSet(
  { positive, negative }: Pick<ContrastSet, 'positive' | 'negative'>,
  harmful: readonly PromptRow[],
  behaviour: ReadonlyMap<PromptRow, Behaviour>,
  seed: number,
): ConstrainedSet {
  const taken = new Set([...positive, ...negative])
  const free = harmful.filter(row => !taken.has(row))
  const did = (row: PromptRow) => (behaviour.size === 0 ? 'refused' : behaviour.get(row))
  const refused = resample(
    free.filter(row => did(row) === 'refused'),
    positive.length,
    seed,
  )
  const answered = resample(
    free.filter(row => did(row) === 'complied'),
    negative.length,
    seed,
  )
  return {
    positive: [...positive, ...refused],
    negative: [...negative, ...answered],
    control: new Set([...refused, ...answered]),
    note: `Constrained: ${refused.length} harmful prompts that were refused join the positives, ${answered.length} that were answered the negatives.`,
  }
}
