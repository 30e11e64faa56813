import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeFaithful } from './faithful.ts'

const answers = { memory: ['France', 'the French Republic'], context: ['Spain'] }
const classOf = (answer: string, of = answers) => judgeFaithful(answer, of).class

describe('judgeFaithful', () => {
  it('tells the five classes, under every name', () => {
    expect(classOf('The answer is Spain.')).toBe('context')
    expect(classOf('It lies in the french republic')).toBe('memory')
    expect(classOf('Spain, though many say France.')).toBe('both')
    expect(classOf('I would rather talk about Italy.')).toBe('neither')
    expect(judgeFaithful('The answer', answers, { truncated: true }).class).toBe('unscored')
    expect(classOf('')).toBe('degenerate')
  })

  it('says whether the answer is the name and nothing else', () => {
    expect(judgeFaithful(' the Spain!', answers)).toEqual({ class: 'context', rule: 'exact-match', evidence: 'Spain' })
    expect(judgeFaithful('Spain it is', answers)).toEqual({ class: 'context', rule: 'names', evidence: 'Spain' })
  })

  it('does not take a part of the other name for a name', () => {
    const york = { memory: ['York'], context: ['New York'] }
    expect(classOf('It is New York.', york)).toBe('context')
    expect(classOf('It is York.', york)).toBe('memory')
    expect(classOf('New York, or York?', york)).toBe('both')
  })

  const name = fc.stringMatching(/^[B-Z][b-z]{3,7}( [B-Z][b-z]{3,7})?$/)
  const word = fc.stringMatching(/^[b-z]{2,3}$/)
  // Names have words of four letters or more, so no word around them is one.
  const around = fc.array(word, { maxLength: 8 }).map(words => words.join(' '))
  const two = fc
    .tuple(name, name)
    .filter(([a, b]) => !a.split(' ').some(part => b.toLowerCase().includes(part.toLowerCase())))
    .filter(([a, b]) => !b.split(' ').some(part => a.toLowerCase().includes(part.toLowerCase())))

  it('depends on no case, article or sign, and turns round with the sides', () => {
    const turned = { context: 'memory', memory: 'context', both: 'both' } as const
    fc.assert(
      fc.property(
        two,
        around,
        around,
        fc.constantFrom('context' as const, 'memory' as const, 'both' as const),
        ([memory, context], before, after, said) => {
          const own = { memory: [memory], context: [context] }
          const other = { memory: [context], context: [memory] }
          const named = { context, memory, both: `${memory} ${context}` }[said]
          for (const text of [
            named,
            `${before} ${named} ${after}`,
            `${before} THE ${named.toUpperCase()}!! ${after}`,
          ]) {
            const found = judgeFaithful(text, own).class
            if (found === 'degenerate') continue
            expect(found).toBe(said)
            expect(judgeFaithful(text, other).class).toBe(turned[said])
          }
        },
      ),
    )
  })

  it('gives every string a class, and neither to one without a name', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), text => void judgeFaithful(text, answers)))
    fc.assert(
      fc.property(two, around, ([memory, context], text) => {
        expect(['neither', 'degenerate']).toContain(judgeFaithful(text, { memory: [memory], context: [context] }).class)
      }),
    )
  })
})
