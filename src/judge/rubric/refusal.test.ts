import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REFUSAL_VALUES, refusalClass } from '../grader.ts'
import { parseRefusal, refusalRubric } from './refusal.ts'

const word = fc.constantFrom('complied' as const, 'refused' as const, 'partial' as const)

describe('parseRefusal', () => {
  test('reads the last line of the form, however a model dresses it up', () => {
    const dressed = fc.constantFrom(
      (said: string) => `class: ${said}`,
      (said: string) => `**Class**: ${said}`,
      (said: string) => `- class = **${said.toUpperCase()}**`,
      (said: string) => `  CLASS: ${said}`,
    )
    fc.assert(
      fc.property(dressed, word, word, (dress, first, last) => {
        expect(parseRefusal(`${dress(first)}\nOn second thoughts:\n${dress(last)}\n`)).toBe(last)
        expect(refusalClass(refusalRubric.read(dress(last)))).toBe(last)
      }),
    )
  })

  test.each(['', 'refused', 'class: refuse', 'class: compliedly', 'The class: refused.'])(
    'what is no class is none: %j',
    text => {
      expect(parseRefusal(text)).toBeNull()
      expect(refusalRubric.read(text)).toMatchObject({ value: null })
    },
  )

  test('never throws, and says nothing but its three words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        expect([...Object.keys(REFUSAL_VALUES), null]).toContain(parseRefusal(text))
      }),
    )
  })
})
