import { expect, it } from 'vitest'
import { type ConditionMet, conditionMet, conditionSentence } from './condition-met.ts'

const record = (...open: boolean[]) => {
  const gates = open.map((one, term) => ({ term, value: 0, open: one }))
  return { trace: { layers: [], promptTokens: 1, generatedTokens: 0, gates } }
}

it('counts answers under whose prompt any of the conditions was met, and none that were steered without one', () => {
  expect(conditionMet([record(true), record(false), record(false, true), record()])).toEqual({ met: 2, of: 3 })
  expect(conditionMet([record(), { trace: null }])).toBeNull()
})

it.each<[ConditionMet, ConditionMet, string]>([
  [{ met: 9, of: 10 }, { met: 2, of: 10 }, ' Its condition is met by 9 of 10 target and 2 of 10 control prompts.'],
  [
    { met: 0, of: 10 },
    { met: 0, of: 10 },
    ' Its condition is met by 0 of 10 target and 0 of 10 control prompts: WARNING, it steers nothing there.',
  ],
  [
    { met: 10, of: 10 },
    { met: 10, of: 10 },
    ' Its condition is met by 10 of 10 target and 10 of 10 control prompts: WARNING, it tells nothing apart there.',
  ],
])('%j and %j', (target, control, sentence) => {
  expect(conditionSentence(target, control)).toBe(sentence)
})

it('says nothing where there is no condition', () => {
  expect(conditionSentence(null, null)).toBe('')
})
