import fc from 'fast-check'
import { expect, it } from 'vitest'
import { editDistance, suggest } from './suggest.ts'

it('counts edits as a metric does, characters beyond the first plane included', () => {
  const text = fc.string({ unit: 'binary' })
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(editDistance('🐟', '🐟')).toBe(0)
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, a)).toBe(0)
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
    }),
  )
})

it('offers nothing that is far', () => {
  expect(suggest('perplexty', ['perplexity', 'prompts'])).toBe('perplexity')
  expect(suggest('xyz', ['perplexity', 'prompts'])).toBeUndefined()
})
