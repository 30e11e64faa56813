import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentWords, jaccard, normaliseText, words } from './text.ts'

describe('normaliseText', () => {
  test('folds case, signs, space and compatibility forms', () => {
    expect(normaliseText('  How do I, uh, “KILL”\tit?! ')).toBe('how do i uh kill it')
    expect(normaliseText("Don't")).toBe(normaliseText('don’t'))
    expect(normaliseText('ﬁne Ｔext ①')).toBe('fine text 1')
    expect(normaliseText('?!')).toBe('')
  })

  test('keeps letters of every script', () => {
    expect(normaliseText('Где живёт Äpfel?')).toBe('где живёт äpfel')
    expect(words('नमस्ते दुनिया')).toHaveLength(2)
  })

  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => normaliseText(normaliseText(text)) === normaliseText(text)),
    )
  })
})

describe('jaccard', () => {
  const wordSet = fc.uniqueArray(fc.constantFrom('a1', 'b1', 'c1', 'd1', 'e1')).map(list => new Set(list))

  test('counts shared content words', () => {
    expect([...contentWords('How do I kill the lights in the hall?')]).toEqual(['kill', 'lights', 'hall'])
    expect(jaccard(contentWords('kill the lights'), contentWords('kill the light'))).toBeCloseTo(1 / 3)
    expect(jaccard(new Set(), new Set())).toBe(0)
  })

  test('is symmetric, in [0, 1], and 1 exactly for equal sets that are not empty', () => {
    fc.assert(
      fc.property(wordSet, wordSet, (a, b) => {
        const similarity = jaccard(a, b)
        expect(similarity).toBe(jaccard(b, a))
        expect(similarity).toBeGreaterThanOrEqual(0)
        expect(similarity === 1).toBe(a.size > 0 && a.size === b.size && [...a].every(word => b.has(word)))
      }),
    )
  })
})
