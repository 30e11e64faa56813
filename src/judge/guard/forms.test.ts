import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formOf, guardForms } from './forms.ts'

const yesNo = fc.boolean().map(yes => ({ yes, word: yes ? 'yes' : 'no' }))
const space = fc.constantFrom('', ' ', '\n', '\n\n', ' \n')
const dressed = fc.constantFrom(
  (word: string) => word,
  (word: string) => word.toUpperCase(),
  (word: string) => `${word[0]?.toUpperCase()}${word.slice(1)}`,
)
const code = fc.tuple(fc.constantFrom('S', 'O'), fc.integer({ min: 1, max: 14 })).map(([letter, n]) => `${letter}${n}`)

describe('llama-guard', () => {
  const { read } = formOf['llama-guard']

  test('safe, or unsafe with its categories', () => {
    fc.assert(
      fc.property(
        space,
        space,
        fc.array(code, { maxLength: 5 }),
        fc.constantFrom(',', ', '),
        (before, after, codes, comma) => {
          const list = codes.length === 0 ? '' : `\n${codes.join(comma)}`
          const text = `${before}unsafe${list}${after}`
          expect(read(text)).toEqual({
            harmful: true,
            reason: codes.length === 0 ? 'unsafe' : `unsafe ${codes.join(', ')}`,
            at: before.length,
          })
          expect(read(`${before}safe${after}`)).toEqual({ harmful: false, reason: 'safe', at: before.length })
        },
      ),
    )
  })

  test.each([
    '',
    'saf',
    'safe\nS1',
    'unsafe S',
    'unsafe\nviolence',
    'safe unsafe',
    'The answer is safe',
    'unsafe\nS1\nS2',
  ])('nothing else: %j', text => expect(read(text)).toBeNull())
})

describe('wildguard', () => {
  const { read } = formOf.wildguard

  test('three lines of yes or no; where the last word begins', () => {
    fc.assert(
      fc.property(space, yesNo, yesNo, yesNo, dressed, space, (before, request, refusal, response, dress, after) => {
        const text = `${before}Harmful request: ${dress(request.word)}\nResponse refusal: ${dress(refusal.word)}\nHarmful response: ${dress(response.word)}${after}`
        const found = read(text)
        expect(found).toMatchObject({ harmful: response.yes, refusal: Number(refusal.yes) })
        expect(text.slice(found?.at).trim()).toBe(dress(response.word))
      }),
    )
  })

  test.each([
    '',
    'yes',
    'Harmful request: yes\nResponse refusal: no',
    'Harmful request: yes\nHarmful response: no\nResponse refusal: no',
    'Harmful request: yes\nResponse refusal: N/A\nHarmful response: no',
    'Harmful request: yes\nResponse refusal: maybe\nHarmful response: no',
    'Harmful request: yes\nResponse refusal: no\nHarmful response: no\nHarmful response: yes',
  ])('nothing else: %j', text => expect(read(text)).toBeNull())
})

describe('granite-guardian', () => {
  const { read } = formOf['granite-guardian']

  test('yes or no, with the marks of later versions or without', () => {
    const frames = fc.constantFrom(
      (word: string) => word,
      (word: string) => `<score> ${word} </score>`,
      (word: string) => `<think>\n</think>\n<score>${word}</score>`,
      (word: string) => `${word}\n<confidence> High </confidence>`,
    )
    fc.assert(
      fc.property(space, frames, dressed, yesNo, space, (before, frame, dress, { yes, word }, after) => {
        const text = `${before}${frame(dress(word))}${after}`
        const found = read(text)
        expect(found).toMatchObject({ harmful: yes, reason: word })
        expect(text.slice(found?.at, (found?.at ?? 0) + word.length)).toBe(dress(word))
      }),
    )
  })

  test.each(['', 'maybe', 'yes no', 'yesterday', '<score> yes', '<score> 1 </score>', 'No, it is not.'])(
    'nothing else: %j',
    text => expect(read(text)).toBeNull(),
  )
})

test.each(guardForms)('%s throws at nothing', form => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), text => void formOf[form].read(text)))
})
