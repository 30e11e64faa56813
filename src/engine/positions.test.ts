/** Where-clauses against a plain reading of what docs/where.md says, token by token. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyClause, anyTokens, type Clause, type Tokens } from '../../test/support/clauses.ts'
import { PlimsollError } from '../errors.ts'
import { positionsOf } from './positions.ts'
import type { Rendered, Span } from './types.ts'
import type { Part } from './where.ts'

const [word, open, close] = [1, 100, 101]

/** A prompt as runs of tokens, each a part or the template's own. */
const anyPrompt = fc
  .record({
    runs: fc.array(
      fc.tuple(
        fc.constantFrom<Part | null>('system', 'user', 'thinking', 'answer', null),
        fc.integer({ min: 1, max: 5 }),
      ),
      { minLength: 1, maxLength: 6 },
    ),
    suffix: fc.nat(4),
    startsWithBos: fc.boolean(),
    opened: fc.boolean(),
  })
  .map(({ runs, suffix, startsWithBos, opened }): Rendered => {
    let at = startsWithBos ? 1 : 0
    const parts: Span[] = []
    for (const [part, length] of [...runs, ['template-suffix', suffix] as const]) {
      if (part !== null && length > 0) parts.push({ part, start: at, end: at + length })
      at += length
    }
    return {
      text: '',
      tokens: new Array<number>(at).fill(word),
      parts,
      templateSuffix: [at - suffix, at],
      startsWithBos,
      thinking: { open: [[open]], close: [[close]], opened },
    }
  })
const anyGenerated = fc.array(fc.constantFrom(word, word, word, open, close), { maxLength: 12 })

interface Token {
  readonly position: number
  readonly generated: boolean
  readonly beginning: boolean
  readonly part: Part | null
}

function tokensOf(rendered: Rendered, generated: readonly number[]): Token[] {
  const prompt = rendered.tokens.map((_, position) => ({
    position,
    generated: false,
    beginning: rendered.startsWithBos && position === 0,
    part: rendered.parts.find(({ start, end }) => position >= start && position < end)?.part ?? null,
  }))
  let thinking = rendered.thinking?.opened ?? false
  const written = generated.map((token, i): Token => {
    const within = thinking || token === open
    thinking = within && token !== close
    const part = within ? 'thinking' : 'answer'
    return { position: prompt.length + i, generated: true, beginning: false, part }
  })
  return [...prompt, ...written]
}

function plainly(clause: Clause, beginning: 'skip' | 'keep', tokens: readonly Token[]): Token[] {
  const { phase = 'all', part, is, window, first, last, ends } = clause
  let left = tokens.filter(
    token =>
      (phase === 'all' || token.generated === (phase === 'generated')) &&
      (!token.beginning || beginning === 'keep' || is !== undefined) &&
      (part === undefined || token.part === part) &&
      (is === undefined || token.beginning),
  )
  if (window !== undefined) left = left.slice(window.from, window.to)
  if (first !== undefined) left = left.slice(0, first)
  // Every token is the last one when it is written.
  if (last !== undefined) left = [...left.filter(t => !t.generated).slice(-last), ...left.filter(t => t.generated)]
  if (ends !== undefined) {
    const ofPrompt = left.filter(token => !token.generated)
    const both = new Set([...ofPrompt.slice(0, ends.first), ...ofPrompt.slice(-ends.last)])
    left = left.filter(token => token.generated || both.has(token))
  }
  return left
}

function contradicts({ phase, part, is, window, last, ends }: Clause): boolean {
  const inPrompt = part === 'system' || part === 'user' || part === 'template-suffix'
  if (window !== undefined && window.from >= window.to) return true
  return phase === 'generated' && (inPrompt || last !== undefined || ends !== undefined || is !== undefined)
}

function outcome(tokens: Tokens, rendered: Rendered, generated: readonly number[] = []): number[] | string {
  try {
    return positionsOf({ tokens }, rendered, generated)
  } catch (error) {
    if (error instanceof PlimsollError) return error.code
    throw error
  }
}

describe('the tokens a clause means', () => {
  test('are those of a plain reading', () => {
    fc.assert(
      fc.property(anyTokens, anyPrompt, anyGenerated, (tokens, rendered, generated) => {
        const { beginning = 'skip', except = [], ...clause } = tokens
        const found = outcome(tokens, rendered, generated)
        if ([clause, ...except].some(contradicts)) {
          expect(found).toBe('invalid-input')
          return
        }
        const all = tokensOf(rendered, generated)
        const taken = new Set(except.flatMap(other => plainly(other, beginning, all)))
        const meant = plainly(clause, beginning, all).filter(token => !taken.has(token))
        if (found === 'nothing-selected') expect(meant).toEqual([])
        else expect(found).toEqual(meant.map(({ position }) => position))
      }),
      { numRuns: 5000 },
    )
  })

  test('are none only where nothing that may be written would be meant either', () => {
    const everything = [word, open, word, close, word, word, open, close, ...new Array<number>(30).fill(word)]
    fc.assert(
      fc.property(anyTokens, anyPrompt, (tokens, rendered) => {
        if (outcome(tokens, rendered) !== 'nothing-selected') return
        expect(outcome(tokens, rendered, everything)).toBe('nothing-selected')
      }),
      { numRuns: 2000 },
    )
  })

  test('do not change as more is written', () => {
    fc.assert(
      fc.property(anyTokens, anyPrompt, anyGenerated, anyGenerated, (tokens, rendered, first, then) => {
        const [before, after] = [outcome(tokens, rendered, first), outcome(tokens, rendered, [...first, ...then])]
        if (typeof before === 'string' || typeof after === 'string') return
        const known = rendered.tokens.length + first.length
        expect(after.filter(position => position < known)).toEqual(before)
      }),
      { numRuns: 2000 },
    )
  })

  test('are never those of an except, whatever else is said', () => {
    fc.assert(
      fc.property(anyTokens, anyClause, anyPrompt, anyGenerated, (tokens, other, rendered, generated) => {
        const found = outcome({ ...tokens, except: [...(tokens.except ?? []), other] }, rendered, generated)
        const excluded = outcome({ ...other, beginning: tokens.beginning }, rendered, generated)
        const without = outcome(tokens, rendered, generated)
        if (typeof found === 'string' || typeof without === 'string') return
        const taken = new Set(typeof excluded === 'string' ? [] : excluded)
        expect(found).toEqual(without.filter(position => !taken.has(position)))
      }),
      { numRuns: 2000 },
    )
  })
})
