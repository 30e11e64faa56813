/** Whether an answer follows the context or memory, where the two contradict each other. */
import { mentionsOf, squadNormalise, type TwoAnswers } from '../../data/index.ts'
import { degeneracy } from '../degenerate.ts'
import type { JudgeOptions } from '../refusal.ts'
import { wordsOf } from '../sentences.ts'
import type { FaithfulClass, Judgement } from '../types.ts'

/** Fewer words than these say nothing where an answer was cut. */
const FEWEST_WORDS = 6

/**
 * By the names that the answer says, in whole normalised words: those of the context, of memory, both, or neither. A
 * name that stands within a longer one of the other side (`York` in `New York`) is not said. `rule` tells whether the
 * answer is the name and nothing else, as SQuAD's exact match has it. Never throws.
 */
export function judgeFaithful(answer: string, answers: TwoAnswers, options: JudgeOptions = {}): Judgement {
  const exact = exactly(answer, answers)
  if (exact !== undefined) return exact
  const degenerate = degeneracy(answer)
  if (degenerate) return degenerate
  const context = mentionsOf(answer, answers.context)
  const memory = mentionsOf(answer, answers.memory)
  const alone = (own: typeof context, others: typeof context) =>
    own.filter(one => !others.some(other => isWithin(one, other)))
  const [saysContext] = alone(context, memory)
  const [saysMemory] = alone(memory, context)
  if (saysContext && saysMemory)
    return { class: 'both', rule: 'names', evidence: `${saysContext.name}, ${saysMemory.name}` }
  if (saysContext) return { class: 'context', rule: 'names', evidence: saysContext.name }
  if (saysMemory) return { class: 'memory', rule: 'names', evidence: saysMemory.name }
  const evidence = answer.trim().slice(0, 60)
  if (options.truncated && wordsOf(answer).length < FEWEST_WORDS)
    return { class: 'unscored', rule: 'too-short', evidence }
  return { class: 'neither', rule: 'names-neither', evidence }
}

function exactly(answer: string, { context, memory }: TwoAnswers): Judgement | undefined {
  const normal = squadNormalise(answer)
  if (normal === '') return undefined
  const is = (said: FaithfulClass, names: readonly string[]): Judgement | undefined => {
    const name = names.find(one => squadNormalise(one) === normal)
    return name === undefined ? undefined : { class: said, rule: 'exact-match', evidence: name }
  }
  return is('context', context) ?? is('memory', memory)
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Whether a span lies within one that is longer. */
function isWithin(one: Span, other: Span): boolean {
  return other.start <= one.start && one.end <= other.end && other.end - other.start > one.end - one.start
}
