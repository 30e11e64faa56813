/** Any token clause, contradictory ones included. */
import fc from 'fast-check'
import { type Part, parts, type WhereInput } from '../../src/engine/where.ts'

export type Tokens = NonNullable<WhereInput['tokens']>
export type Clause = NonNullable<Tokens['except']>[number]

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const some = fc.integer({ min: 1, max: 9 })

/** None that depends on states. */
export const anyClause: fc.Arbitrary<Clause> = fc.record({
  phase: fc.constantFrom('prompt', 'generated', 'all'),
  part: maybe(fc.constantFrom<Part>(...parts)),
  is: maybe(fc.constant('beginning-of-sequence' as const)),
  first: maybe(some),
  last: maybe(some),
  ends: maybe(fc.record({ first: some, last: some })),
  window: maybe(fc.record({ from: fc.nat(6), to: some })),
})

export const anyTokens: fc.Arbitrary<Tokens> = fc
  .tuple(anyClause, maybe(fc.constantFrom('skip', 'keep')), fc.array(anyClause, { maxLength: 2 }))
  .map(([clause, beginning, except]) => ({ ...clause, beginning, ...(except.length > 0 && { except }) }))
