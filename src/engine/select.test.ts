import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PlimsollError } from '../errors.ts'
import { EMBEDDING } from './place.ts'
import { selectedPositions, selects, selectTokens } from './select.ts'
import { selectLayers } from './select-layers.ts'
import type { TokenLayout } from './token-layout.ts'
import { Where } from './where.ts'

function code(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    if (error instanceof PlimsollError) return error.code
    throw error
  }
  return 'none'
}

describe('layers', () => {
  test('all, a list, a range with both ends, the embedding', () => {
    expect(selectLayers(Where.parse({}), 3)).toEqual([0, 1, 2])
    expect(selectLayers(Where.parse({ layers: [2, 0, 2] }), 3)).toEqual([0, 2])
    expect(selectLayers(Where.parse({ layers: { from: 1, to: 2 } }), 3)).toEqual([1, 2])
    expect(selectLayers(Where.parse({ site: 'embedding' }), 3)).toEqual([EMBEDDING])
  })

  test('a layer the model does not have is named, with those it has', () => {
    expect(() => selectLayers(Where.parse({ layers: [1, 7] }), 3)).toThrowError(
      expect.objectContaining({ code: 'invalid-input', found: 'layer 7', expected: 'layers 0 to 2' }),
    )
    expect(code(() => selectLayers(Where.parse({ layers: { from: 1, to: 3 } }), 3))).toBe('invalid-input')
    expect(code(() => selectLayers(Where.parse({ layers: { from: 2, to: 1 } }), 3))).toBe('nothing-selected')
    expect(code(() => selectLayers(Where.parse({ site: 'embedding', layers: [0] }), 3))).toBe('invalid-input')
  })

  test('every selected layer exists, once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1 }), layers => {
        const selected = selectLayers({ site: 'residual', layers }, 10)
        expect(new Set(selected)).toEqual(new Set(layers))
        expect(selected).toEqual([...new Set(selected)].sort((a, b) => a - b))
      }),
    )
  })
})

const layout: TokenLayout = {
  promptTokens: 10,
  templateSuffix: [7, 10],
  parts: [],
  startsWithBos: true,
  generates: true,
}
const positions = (tokens: Partial<Where['tokens']>, of: Partial<TokenLayout> = {}) =>
  selectedPositions(selectTokens({ phase: 'all', ...tokens }, { ...layout, ...of }), 13)

describe('tokens', () => {
  test('by default every token but the beginning of the sequence', () => {
    expect(positions({})).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(positions({}, { startsWithBos: false })).toHaveLength(13)
    expect(positions({}, { generates: false })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('by phase and part', () => {
    expect(positions({ phase: 'prompt' })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(positions({ phase: 'generated' })).toEqual([10, 11, 12])
    expect(positions({ part: 'template-suffix' })).toEqual([7, 8, 9])
  })

  test('first and last count within what is selected', () => {
    expect(positions({ phase: 'prompt', first: 2 })).toEqual([1, 2])
    expect(positions({ phase: 'prompt', last: 2 })).toEqual([8, 9])
    expect(positions({ phase: 'prompt', first: 4, last: 1 })).toEqual([4])
    expect(positions({ part: 'template-suffix', first: 1 })).toEqual([7])
    expect(positions({ phase: 'generated', first: 2 })).toEqual([10, 11])
    expect(positions({ first: 11 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(positions({ phase: 'prompt', last: 99 })).toHaveLength(9)
  })

  test('ends: the first and the last of the prompt, each token once', () => {
    const ends = { first: 2, last: 3 }
    expect(positions({ phase: 'prompt', ends })).toEqual([1, 2, 7, 8, 9])
    expect(positions({ phase: 'prompt', beginning: 'keep', ends })).toEqual([0, 1, 7, 8, 9])
    expect(positions({ phase: 'prompt', ends: { first: 5, last: 7 } })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(positions({ ends: { first: 1, last: 1 } })).toEqual([1, 9, 10, 11, 12])
    expect(code(() => positions({ phase: 'generated', ends }))).toBe('invalid-input')
  })

  test('last with phase all: the end of the prompt, and every token as it is written', () => {
    expect(positions({ last: 1 })).toEqual([9, 10, 11, 12])
  })

  test('clauses that contradict themselves', () => {
    expect(code(() => positions({ phase: 'generated', last: 1 }))).toBe('invalid-input')
    expect(code(() => positions({ phase: 'generated', part: 'template-suffix' }))).toBe('invalid-input')
  })

  test('clauses that select nothing', () => {
    expect(code(() => positions({ part: 'template-suffix' }, { templateSuffix: [10, 10] }))).toBe('nothing-selected')
    expect(code(() => positions({ phase: 'generated' }, { generates: false }))).toBe('nothing-selected')
    expect(code(() => positions({ phase: 'prompt' }, { promptTokens: 1, templateSuffix: [1, 1] }))).toBe(
      'nothing-selected',
    )
    expect(positions({}, { promptTokens: 1, templateSuffix: [1, 1] })).toHaveLength(12)
  })

  test('agrees with a plain reading of the clause', () => {
    const anyLayout = fc
      .record({ promptTokens: fc.integer({ min: 1, max: 20 }), suffix: fc.nat(20), startsWithBos: fc.boolean() })
      .map(
        ({ promptTokens, suffix, startsWithBos }): TokenLayout => ({
          promptTokens,
          templateSuffix: [Math.max(0, promptTokens - suffix), promptTokens],
          parts: [],
          startsWithBos,
          generates: true,
        }),
      )
    const anyTokens = fc
      .record({
        phase: fc.constantFrom('prompt', 'generated', 'all'),
        part: fc.constantFrom(undefined, 'template-suffix'),
        first: fc.option(fc.integer({ min: 1, max: 25 }), { nil: undefined }),
        last: fc.option(fc.integer({ min: 1, max: 25 }), { nil: undefined }),
      })
      .filter(({ phase, part, last }) => phase !== 'generated' || (part === undefined && last === undefined))
    fc.assert(
      fc.property(anyLayout, anyTokens, (of, tokens) => {
        const length = 60
        let plain = Array.from({ length }, (_, position) => position).filter(
          position =>
            !(position === 0 && of.startsWithBos) &&
            (tokens.phase !== 'prompt' || position < of.promptTokens) &&
            (tokens.phase !== 'generated' || position >= of.promptTokens) &&
            (tokens.part === undefined || (position >= of.templateSuffix[0] && position < of.templateSuffix[1])),
        )
        if (tokens.first !== undefined) plain = plain.slice(0, tokens.first)
        if (tokens.last !== undefined) {
          const inPrompt = plain.filter(position => position < of.promptTokens)
          plain = [...inPrompt.slice(-tokens.last), ...plain.filter(position => position >= of.promptTokens)]
        }
        if (plain.length === 0) {
          expect(code(() => selectTokens(tokens, of))).toBe('nothing-selected')
          return
        }
        const selection = selectTokens(tokens, of)
        expect(selectedPositions(selection, length)).toEqual(plain)
        expect(Array.from({ length }, (_, p) => p).filter(p => selects(selection, p))).toEqual(plain)
      }),
    )
  })
})
