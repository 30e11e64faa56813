import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTelling, mentionsOf, names, squadNormalise } from './answers.ts'

describe('squadNormalise', () => {
  it('is that of SQuAD’s evaluation', () => {
    expect(squadNormalise('  The  U.S. (and A   Half-Life)! ')).toBe('us and halflife')
    expect(squadNormalise('An apple, the.')).toBe('apple')
  })

  it('is idempotent, and leaves no capital, no article and no double space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        const normal = squadNormalise(text)
        expect(squadNormalise(normal)).toBe(normal)
        expect(normal.split(' ')).not.toContain('the')
        expect(normal).not.toMatch(/ {2}|^ | $|[A-Z.,!]/)
      }),
    )
  })
})

describe('mentionsOf', () => {
  it('finds whole words only, with signs and marks folded', () => {
    expect(names('It is Paris.', ['paris'])).toBe(true)
    expect(names('comparison', ['paris'])).toBe(false)
    expect(names('Paris/London', ['London'])).toBe(true)
    expect(names('in the U.S. today', ['US'])).toBe(true)
    expect(names('Jose Saramago', ['José Saramago'])).toBe(true)
    expect(names("O'Neill", ['ONeill'])).toBe(true)
    expect(names('some 1,500 people', ['1500'])).toBe(true)
    expect(names('France.\nThe capital', ['France'])).toBe(true)
  })

  it('says where', () => {
    expect(mentionsOf('I say New York, the New York', ['New York'])).toEqual([
      { name: 'New York', start: 2, end: 4 },
      { name: 'New York', start: 4, end: 6 },
    ])
    expect(mentionsOf('anything', ['the', ''])).toEqual([])
  })

  it('finds an answer wherever words stand around it', () => {
    const word = fc.stringMatching(/^[b-z]{4,8}$/)
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.array(word),
        fc.array(word),
        (name, before, after) => {
          const text = [...before, ...name, ...after].join(' ')
          expect(names(`${text.toUpperCase()}.`, [name.join(' ')])).toBe(true)
        },
      ),
    )
  })
})

it('a name tells something where a word of it is no function word', () => {
  expect(['U.S.', 'the US', 'it', 'up to you', '🇧🇷'].filter(isTelling)).toEqual([])
  expect(['USA', '7', 'Łódź'].every(isTelling)).toBe(true)
})
