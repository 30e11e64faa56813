import { expect, it } from 'vitest'
import { answerFigures as figures } from './answer-figures.ts'
import { loadLanguages } from './language.ts'

const languageOf = await loadLanguages()
const answerFigures = (answers: Parameters<typeof figures>[0]) => figures(answers, languageOf)
const one = (text: string, baseline = 'plain words') => ({ text, tokens: 3, baseline })

it('says nothing of no answers', () => {
  expect(answerFigures([])).toBeNull()
  expect(answerFigures([one('')])).toEqual({
    answers: 1,
    tokens: 3,
    repetition: null,
    compressed: null,
    sameScript: null,
    sameLanguage: null,
  })
})

it('repetition is the share of runs of four words that were there before', () => {
  // Six runs, of which five are the same.
  expect(answerFigures([one('a a a a a a a a b')])?.repetition).toBeCloseTo(1 - 2 / 6, 12)
  expect(answerFigures([one('one two three four five')])?.repetition).toBe(0)
})

it('text that repeats itself compresses further', () => {
  const varied = answerFigures([one('Bread rises where yeast, water and flour meet for long enough.')])
  const repeated = answerFigures([one('Bread rises. '.repeat(20))])
  expect(repeated?.compressed ?? 1).toBeLessThan((varied?.compressed ?? 0) / 2)
})

it('letters are held against the script of the baseline’s answer', () => {
  expect(answerFigures([one('ab 中文')])?.sameScript).toBe(0.5)
  expect(answerFigures([one('中文', '漢字')])?.sameScript).toBe(1)
  expect(answerFigures([one('123')])?.sameScript).toBeNull()
})

it('an answer is in the language of the baseline’s answer, or not, or it cannot be told', () => {
  const english = 'Bread rises where yeast, water and flour meet for long enough.'
  const german = 'Brot geht auf, wenn Hefe, Wasser und Mehl lange genug beisammen sind.'
  const same = (...answers: Parameters<typeof one>[]) => answerFigures(answers.map(each => one(...each)))?.sameLanguage
  expect(same([english, english])).toBe(1)
  expect(same([german, english], [english, english])).toBe(0.5)
  expect(same(['ok', english], ['', english])).toBeNull()
})
