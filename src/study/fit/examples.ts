/** The rows of a contrast set as a method sees them: with the answers that it is trained on, where it needs any. */
import type { PromptRow } from '../../data/index.ts'
import { PlimsollError } from '../../errors.ts'
import { ANSWER_TOKENS, defaultsOf } from '../../steer/index.ts'
import type { Plan } from '../plan.ts'
import type { Work } from '../work.ts'
import { type Accepted, acceptedAnswers, anyAnswers, ownAnswers } from './answers.ts'
import type { ConstrainedSet } from './constrained.ts'
import type { ContrastSet } from './contrast.ts'
import { type Recipe, usesAnswers } from './recipe.ts'

export type Examples = Pick<ContrastSet, 'positive' | 'negative'> & { readonly answers?: Accepted['answers'] }

/** The rows of a contrast set as a method sees them: with their answers, where it is trained on these. */
export async function examplesOf(
  work: Work,
  { study }: Plan,
  recipe: Recipe,
  set: ContrastSet | ConstrainedSet,
  onRows: (rows: number) => void,
): Promise<{ readonly examples: Examples; readonly note: string }> {
  if (!isAnswered(recipe, set)) return { examples: set, note: '' }
  const own = await ownAnswers(work, study, set, answerTokens(recipe), onRows)
  const { set: rows, answers, note } = acceptedAnswers(own, set, 'control' in set ? set.control : undefined)
  for (const side of ['positive', 'negative'] as const)
    if (rows[side].length === 0)
      throw new PlimsollError('invalid-input', `${recipe.method} has no ${side} answers to learn from`, {
        found: note,
        expected: 'at least one answer on each side',
        fix: 'Take a method that needs none, such as diffmean, or prompts that come with a `target`.',
      })
  return { examples: { ...rows, answers }, note }
}

/** Whether the model's own answers stand behind the rows. */
function isAnswered(recipe: Recipe, set: Pick<ContrastSet, 'positive' | 'negative'>): boolean {
  return usesAnswers(recipe) && targetsOf(set) === undefined
}

function answerTokens({ method, parameters }: Recipe): number {
  return Number(parameters.answerTokens ?? defaultsOf(method).answerTokens ?? ANSWER_TOKENS)
}

/** What questions with two answers end in on each side; undefined of prompts that the model answers itself. */
export function targetsOf({
  positive,
  negative,
}: Pick<ContrastSet, 'positive' | 'negative'>): Accepted['answers'] | undefined {
  if (![...positive, ...negative].every(({ answers }) => answers !== undefined)) return undefined
  const targets = (rows: readonly PromptRow[]) => rows.map(({ target = '' }) => target)
  return { positive: targets(positive), negative: targets(negative) }
}

/** The same whatever the model answered, for sides that stand for nothing. The fit itself had the answers made. */
export async function anyExamples(work: Work, { study }: Plan, recipe: Recipe, set: Examples): Promise<Examples> {
  if (!isAnswered(recipe, set)) return set
  const { set: rows, answers } = anyAnswers(await ownAnswers(work, study, set, answerTokens(recipe), () => {}), set)
  return { ...rows, answers }
}
