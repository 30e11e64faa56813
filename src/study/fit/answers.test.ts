import { expect, it } from 'vitest'
import { acceptedAnswers, anyAnswers, type OwnAnswers } from './answers.ts'

const row = (id: string, target?: string) => ({ id, prompt: `prompt ${id}`, target })
const [kind, refusing, empty, told, harmful, yielding] = [
  row('kind'),
  row('refusing'),
  row('empty'),
  row('told', 'Gladly:'),
  row('harmful'),
  row('yielding'),
]
const set = { positive: [kind, refusing, empty, told], negative: [harmful, yielding] }
const own: OwnAnswers = {
  of: new Map([
    [kind, { text: 'Of course.', class: 'complied' }],
    [refusing, { text: 'I cannot.', class: 'refused' }],
    [empty, { text: null, class: 'other' }],
    [told, { text: 'No.', class: 'refused' }],
    [harmful, { text: 'I will not.', class: 'refused' }],
    [yielding, { text: 'Here it is.', class: 'complied' }],
  ]),
}

it('keeps answers that show what their side stands for, and the data’s target where the model’s own does not', () => {
  const { set: kept, answers, note } = acceptedAnswers(own, set)
  expect(kept).toEqual({ positive: [kind, told], negative: [harmful] })
  expect(answers).toEqual({ positive: ['Of course.', 'Gladly:'], negative: ['I will not.'] })
  expect(note).toBe("Answers to train on: of 2 of 4 positives (1 by the data's targets) and 1 of 2 negatives.")
})

it('keeps whatever was written where the sides stand for nothing', () => {
  const { set: kept, answers } = anyAnswers(own, set)
  expect(kept).toEqual({ positive: [kind, refusing, told], negative: [harmful, yielding] })
  expect(answers.negative).toEqual(['I will not.', 'Here it is.'])
})

it('wants control rows refused', () => {
  const control = new Set([harmful, yielding])
  const constrained = { positive: [kind, harmful], negative: [refusing, yielding] }
  expect(acceptedAnswers(own, constrained, control).answers).toEqual({
    positive: ['Of course.', 'I will not.'],
    negative: ['I cannot.', 'Here it is.'],
  })
})
