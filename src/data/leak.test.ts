import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { repeatsWithin, withoutOverlap } from './leak.ts'
import { contentWords, jaccard, normaliseText } from './text.ts'
import type { PromptRow } from './types.ts'

function prompts(texts: readonly string[]): PromptRow[] {
  return texts.map((prompt, i) => ({ id: `${i}`, prompt }))
}

/** The definition, pair by pair: the oracle of the index. */
function overlapping(row: PromptRow, against: readonly PromptRow[], threshold: number): number {
  return Math.max(
    0,
    ...against.map(other => {
      if (normaliseText(row.prompt) === normaliseText(other.prompt)) return 1
      const similarity = jaccard(contentWords(row.prompt), contentWords(other.prompt))
      return similarity >= threshold - 1e-9 ? similarity : 0
    }),
  )
}

describe('withoutOverlap', () => {
  test('finds equal text behind other signs, and rows that share most content words', () => {
    const against = prompts(['How do I pick a lock?', 'Explain the causes of the French Revolution.'])
    const { kept, dropped } = withoutOverlap(
      prompts([
        'how do I PICK a lock',
        'What were causes of the French revolution',
        'How do I pick a lock in a film about bank robbers?',
      ]),
      against,
    )
    expect(kept.map(row => row.id)).toEqual(['2'])
    expect(dropped.map(({ row, met, exact }) => [row.id, met.id, exact])).toEqual([
      ['0', '0', true],
      ['1', '1', false],
    ])
  })

  test('finds rows of function words only by equal text', () => {
    const { kept, dropped } = withoutOverlap(prompts(['Is it?', 'Was it?']), prompts(['is it']))
    expect([kept.length, dropped.length]).toEqual([1, 1])
  })

  test('agrees with comparing every pair', () => {
    const word = fc.constantFrom('kill', 'lamp', 'cat', 'the', 'of', 'moss', 'bank', 'rob', 'salt')
    const texts = fc.array(
      fc.array(word, { maxLength: 7 }).map(list => list.join(' ')),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(texts, texts, fc.constantFrom(0.3, 0.5, 0.6, 2 / 3, 1), (a, b, threshold) => {
        const rows = prompts(a)
        const against = prompts(b)
        const { kept, dropped } = withoutOverlap(rows, against, { threshold })
        expect(kept.length + dropped.length).toBe(rows.length)
        for (const row of kept) expect(overlapping(row, against, threshold)).toBe(0)
        for (const { row, similarity } of dropped)
          expect(similarity).toBeCloseTo(overlapping(row, against, threshold), 12)
      }),
      { numRuns: 300 },
    )
  })

  test('handles a thousand rows against twenty thousand', () => {
    const random = createRandom(5)
    const text = () => Array.from({ length: 10 }, () => `w${Math.floor(3000 * random.next() ** 3)}`).join(' ')
    const against = prompts(Array.from({ length: 20_000 }, text))
    const rows = prompts([
      ...Array.from({ length: 900 }, text),
      ...against.slice(0, 100).map(row => `${row.prompt} extra`),
    ])
    const { dropped } = withoutOverlap(rows, against)
    expect(dropped.filter(({ row }) => Number(row.id) >= 900)).toHaveLength(100)
  })

  test('compares questions with their choices', () => {
    const question = (id: string, choices: string[]) => ({
      id,
      question: 'Which of these is a metal?',
      choices,
      answer: 0,
    })
    const { kept } = withoutOverlap(
      [question('a', ['iron', 'oxygen', 'chalk', 'amber'])],
      [question('b', ['zinc', 'helium', 'granite', 'paper'])],
    )
    expect(kept).toHaveLength(1)
  })

  test('refuses a threshold out of range', () => {
    expect(() => withoutOverlap([], [], { threshold: 0 })).toThrow(RangeError)
  })
})

describe('repeatsWithin', () => {
  test('names the later row, and finds none exactly where no two rows meet', () => {
    const word = fc.constantFrom('kill', 'lamp', 'cat', 'moss', 'bank', 'rob', 'salt')
    const texts = fc.array(
      fc.array(word, { minLength: 1, maxLength: 5 }).map(list => list.join(' ')),
      { maxLength: 9 },
    )
    fc.assert(
      fc.property(texts, all => {
        const rows = prompts(all)
        const meets = rows.filter((row, i) => overlapping(row, rows.slice(0, i), 0.6) > 0)
        const found = repeatsWithin(rows)
        expect(new Set(found.map(({ row }) => row.id))).toEqual(new Set(meets.map(row => row.id)))
        for (const { row, met } of found) expect(Number(met.id)).toBeLessThan(Number(row.id))
      }),
    )
  })
})
