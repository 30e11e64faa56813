import { expect, it } from 'vitest'
import { continuedChoiceSuite, problemsSuite } from './index.ts'

const row = { id: 'q', question: ' Which is a fish?', choices: ['a cod', 'a cow'], answer: 0, category: 'marine_life' }
const example = {
  id: 'e',
  question: 'Which is a bird? ',
  choices: ['a cat', 'a crow'],
  answer: 1,
  category: 'marine_life',
}

it('letters: topic, examples and question as lm-evaluation-harness writes MMLU', () => {
  const { items, chance } = continuedChoiceSuite('m', 'general', [row], {
    format: 'letters',
    examples: () => [example],
  })
  expect(items).toMatchObject([{ continuations: ['A', 'B'], by: 'token', raw: true, answer: 0 }])
  expect(chance).toBe(0.5)
  expect(items[0]).toHaveProperty(
    'request',
    `The following are multiple choice questions (with answers) about marine life.

Which is a bird?
A. a cat
B. a crow
Answer: B

Which is a fish?
A. a cod
B. a cow
Answer:`,
  )
})

it('text: as ARC; completion: as HellaSwag; both by characters', () => {
  const suite = (format: 'text' | 'completion') =>
    continuedChoiceSuite('m', 'general', [row], { format, examples: () => [example] }).items[0]
  expect(suite('text')).toMatchObject({ continuations: row.choices, by: 'characters' })
  expect(suite('text')).toHaveProperty(
    'request',
    'Question: Which is a bird? \nAnswer: a crow\n\nQuestion:  Which is a fish?\nAnswer:',
  )
  expect(suite('completion')).toHaveProperty('request', 'Which is a bird?  a crow\n\n Which is a fish?')
})

it('keeps rows of one category together, so that their examples are read once', () => {
  const rows = ['a', 'b', 'a'].map((category, i) => ({ ...row, id: `${i}`, category }))
  const { items } = continuedChoiceSuite('m', 'general', rows, { format: 'letters', examples: () => [] })
  expect(items.map(({ sample }) => sample)).toEqual(['0', '2', '1'])
})

it('word problems: with examples as text that goes on, without as in a chat', () => {
  const problem = { id: 'p', question: 'How many?', solution: 'Two and two.\n#### 4', answer: '4' }
  const one = { id: 'e', question: 'How few?', solution: 'One.\n#### 1', answer: '1' }
  const [raw] = problemsSuite('g', 'general', [problem], { examples: () => [one], maxTokens: 9 }).items
  expect(raw).toMatchObject({
    kind: 'problem',
    raw: true,
    answer: '4',
    maxTokens: 9,
    stop: ['Question:', '</s>', '<|im_end|>'],
  })
  expect(raw).toHaveProperty('request', 'Question: How few?\nAnswer: One.\n#### 1\n\nQuestion: How many?\nAnswer:')
  const [asked] = problemsSuite('g', 'general', [problem], { examples: null, maxTokens: 9 }).items
  expect(asked).toMatchObject({ stop: [], request: expect.stringContaining('How many?\n\nWork it out') })
  expect(asked).not.toHaveProperty('raw')
})
