/** What was likeliest among an item's choices, said as a judgement: for readers, who look through answers by their classes. */
import type { Judgement } from '../judge/types.ts'
import type { ChoiceItem, Suite } from '../measure/suites/index.ts'
import type { JudgedRecord } from '../store/index.ts'
import { bestChoice, choiceScores } from './answer.ts'

/** Apart from the rules that judge answers in words: nothing that counts these reads it. */
export const CHOICES = 'likeliest choice'

/** The class of a choice that is not the wanted one. */
const otherwise = { right: 'wrong', context: 'memory', memory: 'context' } as const

/** Null for a record that is none of choices. */
export function choiceJudgement(
  { want }: Pick<Suite, 'want'>,
  item: ChoiceItem,
  { likelihoods }: Pick<JudgedRecord, 'likelihoods'>,
): Judgement | null {
  if (likelihoods === null || (want !== 'right' && want !== 'context' && want !== 'memory')) return null
  const has = bestChoice(item, likelihoods) === item.answer
  return { class: has ? want : otherwise[want], rule: ruleOf(item, likelihoods), evidence: '' }
}

/** `the likeliest of “A” −1.20, “B” −0.35 nats`. */
function ruleOf(item: ChoiceItem, likelihoods: NonNullable<JudgedRecord['likelihoods']>): string {
  const scores = choiceScores(item, likelihoods)
  const told = item.continuations.map((choice, i) => {
    return `“${shortened(choice.trim())}” ${(scores[i] ?? Number.NaN).toFixed(2).replace('-', '−')}`
  })
  return `the likeliest of ${told.join(', ')} nats${units[item.by]}`
}

/** Choices differ at their ends as often as at their beginnings. */
function shortened(words: string): string {
  const all = [...words]
  const half = (longest - 1) / 2
  return all.length <= longest ? words : `${all.slice(0, half).join('')}…${all.slice(-half).join('')}`
}

const longest = 81
const units = { token: '', text: ' a token', characters: ' a character' } as const
