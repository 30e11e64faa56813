/**
 * Harmless text on which it is told how strong a steering is: harmless requests, each with what the unsteered model answers.
 *
 * Its own greedy answers, and not prose that was held out: they stand behind the chat template, so that every clause of a
 * steering meets the tokens it selects, and they are what the unsteered model expects, which KL(unsteered ‖ steered) is
 * an average over. Not answers under steering: the same text serves every strength.
 */
import { z } from 'zod'
import type { DivergenceItem, Prompt } from '../../engine/types.ts'
import { chat } from '../chat.ts'
import type { Plan } from '../plan.ts'
import { controlOf } from '../splits.ts'
import type { Work } from '../work.ts'

/** Requests, at most. */
export const klPrompts = 32
/** Tokens of each answer, at most: about a thousand in all, of which the 95th percentile leaves out fifty. */
const answerTokens = 32

/** Harmless prompts of the fit, since what a model does with others is what a method is meant to change. */
export function harmlessPrompts({ fit, study }: Pick<Plan, 'fit' | 'study'>): Prompt[] {
  return controlOf(fit)
    .positive.slice(0, klPrompts)
    .map(row => chat(row.prompt, study.system))
}

/** Those prompts that the model has anything to say to. */
export async function harmlessTexts(work: Work, plan: Pick<Plan, 'fit' | 'study'>): Promise<DivergenceItem[]> {
  const prompts = harmlessPrompts(plan)
  if (prompts.length === 0) return []
  const { slots } = plan.study
  const what = { kind: 'answers to harmless prompts', prompts, slots, answerTokens }
  const stored = await work.once(what, async () => {
    const answers = await work.model.generate(prompts, { maxTokens: answerTokens, slots })
    return answers.map(({ text }) => text)
  })
  const answers = z.array(z.string()).parse(stored)
  return prompts.flatMap((prompt, i) => {
    const continuation = answers[i] ?? ''
    return continuation === '' ? [] : [{ prompt, continuation }]
  })
}
