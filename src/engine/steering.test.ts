import { describe, expect, it } from 'vitest'
import { randomUnit } from '../../test/support/random.ts'
import { EMBEDDING, placeKey } from './place.ts'
import { plainTerms } from './plain-terms.ts'
import { plainSites } from './sites.ts'
import { actsAt, directionAt, isShared, type PlaceTerm, resolveSteering, sameOnPrefix } from './steering.ts'
import type { TokenLayout } from './token-layout.ts'
import type { Direction, DirectionVector, Steering } from './types.ts'
import type { Where } from './where.ts'

const heads = {
  site: 'head',
  layers: [0, 1, 2, 3],
  width: 2,
  heads: 4,
  tensor: 'kqv_out-{layer}',
  postNorm: 'none',
} as const
const model = { width: 8, layers: 4, sites: [...plainSites(4, 8), heads] }
const residual = (layer: number) => placeKey('residual', layer)
const layout: TokenLayout = {
  promptTokens: 10,
  templateSuffix: [7, 10],
  parts: [],
  startsWithBos: true,
  generates: true,
}
const direction = (seed: number, scale = 2): Direction => ({ unit: randomUnit(model.width, seed), scale })
const everywhere = { phase: 'all' } as const
const at = (layers: Where['layers'], tokens: Where['tokens'] = everywhere): Where => ({
  site: 'residual',
  layers,
  tokens,
})
const vector = (rest: Partial<DirectionVector> = {}): DirectionVector => ({
  edit: 'add',
  where: at([1]),
  directions: direction(1),
  ...rest,
})
const resolve = (steering: Steering, rest: Partial<TokenLayout> = {}) =>
  resolveSteering(steering, model, { ...layout, ...rest })!
/** What a place's terms make of a row of zeros. */
const moved = (terms: readonly PlaceTerm[]) => {
  const row = new Float32Array(model.width)
  for (const { edit, strength } of terms) edit.apply(row, 0, strength, { layer: 0, position: 0 })
  return row
}
const times = ({ unit, scale }: Direction, strength: number) => unit.map(value => value * strength * scale)
const acting = (terms: readonly PlaceTerm[] | undefined, position: number) =>
  terms?.filter(term => actsAt(term, position, null)).map(({ term }) => term)
const code = (expected: string) => expect.objectContaining({ name: 'PlimsollError', code: expected })

describe('resolved steering', () => {
  it('is nothing where nothing is steered', () => {
    expect(resolveSteering([], model, layout)).toBeNull()
  })

  it('takes one direction to every selected layer, or each layer its own', () => {
    const shared = direction(1)
    const same = resolve([{ vector: vector({ where: at('all'), directions: shared }) }])
    expect([...same.places.keys()]).toEqual([0, 1, 2, 3].map(residual))
    for (const terms of same.places.values()) expect(moved(terms)).toEqual(times(shared, 1))

    const own = { 1: direction(2), 3: direction(3), [EMBEDDING]: direction(4) }
    const each = resolve([{ vector: vector({ where: at([3, 1]), directions: own }), strength: 0.5 }])
    expect([...each.places].map(([place, terms]) => [place, moved(terms)])).toEqual([
      [residual(1), times(own[1], 0.5)],
      [residual(3), times(own[3], 0.5)],
    ])
    const embedding: Where = { site: 'embedding', layers: 'all', tokens: everywhere }
    expect([...resolve([{ vector: vector({ where: embedding, directions: own }) }]).places.keys()]).toEqual([
      placeKey('embedding', EMBEDDING),
    ])
  })

  it('reaches the chosen heads, each with a vector of its width', () => {
    const where: Where = { site: 'head', layers: [2], heads: [3, 1], tokens: everywhere }
    const directions: Direction = { unit: randomUnit(2, 5), scale: 1 }
    const [terms] = [...resolve([{ vector: vector({ where, directions }) }]).places.values()]
    expect(terms?.map(({ offsets, width }) => ({ offsets, width }))).toEqual([{ offsets: [2, 6], width: 2 }])
    const far = { ...where, heads: [4] }
    expect(() => resolve([{ vector: vector({ where: far, directions }) }])).toThrow(code('invalid-input'))
  })

  it('follows the clause of the term rather than that of the vector', () => {
    const found = resolve([{ vector: vector(), where: at([2], { phase: 'prompt', last: 1 }) }])
    const [terms] = [...found.places.values()]
    expect([...found.places.keys()]).toEqual([residual(2)])
    expect([8, 9, 10].map(position => acting(terms, position))).toEqual([[], [0], []])
  })

  it('acts on each position with the terms that select it, in their order', () => {
    const terms = resolve([
      { vector: vector({ directions: direction(3) }) },
      { vector: vector({ directions: direction(1), where: at([1], { phase: 'prompt' }) }) },
      { vector: vector({ directions: direction(2), where: at([1], { phase: 'generated' }) }) },
    ]).places.get(residual(1))
    expect([0, 1, 9, 10, 1000].map(position => acting(terms, position))).toEqual([[], [0, 1], [0, 1], [0, 2], [0, 2]])
  })

  it('refuses what would do nothing, or something else than was meant', () => {
    const wide: Direction = { unit: randomUnit(9, 1), scale: 1 }
    expect(() => resolve([{ vector: vector({ directions: wide }) }])).toThrow(code('vector-mismatch'))
    const missing = vector({ where: at([1, 2]), directions: { 1: direction(1) } })
    expect(() => resolve([{ vector: missing }])).toThrow(code('vector-mismatch'))
    expect(() => resolve([{ vector: vector({ where: at([4]) }) }])).toThrow(code('invalid-input'))
    const nothing = vector({ where: at([1], { phase: 'generated' }) })
    expect(() => resolve([{ vector: nothing }], { generates: false })).toThrow(code('nothing-selected'))
    const suffix = vector({ where: at([1], { phase: 'prompt', part: 'template-suffix' }) })
    expect(() => resolve([{ vector: suffix }], { templateSuffix: [10, 10] })).toThrow(code('nothing-selected'))
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d as a strength, a scale or a value', value => {
    expect(() => resolve([{ vector: vector(), strength: value }])).toThrow(code('invalid-input'))
    const { unit } = direction(1)
    expect(() => resolve([{ vector: vector({ directions: { unit, scale: value } }) }])).toThrow(code('invalid-input'))
    const spoilt = Float32Array.from(unit)
    spoilt[3] = value
    const bad = [{ vector: vector({ directions: { unit: spoilt, scale: 1 } }) }]
    // Twice: a direction that was refused is no known one.
    expect(() => resolve(bad)).toThrow(code('invalid-input'))
    expect(() => resolve(bad)).toThrow(code('invalid-input'))
  })
})

describe('a compound vector', () => {
  const directions = { unit: randomUnit(8, 3), scale: 2 }
  const part: DirectionVector = { edit: 'add', where: { layers: [1] }, directions: { 1: directions } }

  it('has no where-clause but those of its parts', () => {
    const steering: Steering = [{ vector: { edit: 'compound', terms: [{ vector: part }] }, where: { layers: [0] } }]
    expect(() => plainTerms(steering)).toThrow(/says itself where it acts/)
  })

  it('has the direction of its only part at a layer', () => {
    const other: DirectionVector = { edit: 'ablate', where: { layers: [2] }, directions: { 2: directions } }
    const terms = [{ vector: part }, { vector: other }]
    expect(directionAt({ edit: 'compound', terms }, 2)).toBe(directions)
    expect(directionAt({ edit: 'compound', terms }, 3)).toBeUndefined()
    expect(directionAt({ edit: 'compound', terms: [...terms, { vector: part }] }, 1)).toBeUndefined()
  })
})

describe('the fingerprint of a steering', () => {
  const name = (steering: Steering, rest: Partial<TokenLayout> = {}) => resolve(steering, rest).fingerprint
  const one = vector()

  it('is equal for what does the same', () => {
    expect(name([{ vector: one }])).toBe(name([{ vector: { ...one }, strength: 1, where: one.where }]))
  })

  it.each<[string, Steering, Partial<TokenLayout>?]>([
    ['strength', [{ vector: one, strength: 2 }]],
    ['edit', [{ vector: { ...one, edit: 'ablate' } }]],
    ['direction', [{ vector: { ...one, directions: direction(2) } }]],
    ['scale', [{ vector: { ...one, directions: direction(1, 5) } }]],
    ['layer', [{ vector: one, where: at([2]) }]],
    ['tokens', [{ vector: one, where: at([1], { phase: 'prompt' }) }]],
    ['number of terms', [{ vector: one }, { vector: one }]],
    ['length of the prompt', [{ vector: one }], { promptTokens: 11 }],
  ])('is another for another %s', (_, steering, rest) => {
    expect(name(steering, rest)).not.toBe(name([{ vector: one }]))
  })

  it('depends on the order of the terms', () => {
    const terms = [{ vector: one }, { vector: { ...one, edit: 'ablate' as const } }]
    expect(name(terms)).not.toBe(name(terms.toReversed()))
  })
})

describe('a shared prefix', () => {
  const one = vector()
  const plain = resolve([{ vector: one }])

  it('is had by the same steering, also of a longer prompt, and by none with none', () => {
    expect(sameOnPrefix(null, null, 5)).toBe(true)
    expect(sameOnPrefix(plain, null, 5)).toBe(false)
    expect(sameOnPrefix(null, plain, 5)).toBe(false)
    expect(sameOnPrefix(plain, resolve([{ vector: one }]), 99)).toBe(true)
    expect(sameOnPrefix(plain, resolve([{ vector: one }], { promptTokens: 30 }), 10)).toBe(true)
  })

  it('ends where one of two steerings begins to act', () => {
    const last = resolve([{ vector: one, where: at([1], { phase: 'prompt', last: 3 }) }])
    const later = resolve([{ vector: one, where: at([1], { phase: 'prompt', last: 2 }) }])
    expect(sameOnPrefix(last, later, 7)).toBe(true)
    expect(sameOnPrefix(last, later, 8)).toBe(false)
  })

  it.each<[string, Steering]>([
    ['strength', [{ vector: one, strength: 2 }]],
    ['edit', [{ vector: { ...one, edit: 'ablate' } }]],
    ['direction', [{ vector: { ...one, directions: direction(2) } }]],
    ['layer', [{ vector: one, where: at([2]) }]],
    ['further layer', [{ vector: one }, { vector: one, where: at([2]) }]],
    ['further term', [{ vector: one }, { vector: one }]],
  ])('is not had under another %s', (_, steering) => {
    expect(sameOnPrefix(plain, resolve(steering), 3)).toBe(false)
    expect(sameOnPrefix(resolve(steering), plain, 3)).toBe(false)
  })
})

describe('the direction of a layer', () => {
  it('is the shared one, the layer’s own, or none', () => {
    const shared = direction(1)
    expect(isShared(shared)).toBe(true)
    expect(directionAt(vector({ directions: shared }), 17)).toBe(shared)
    const own = { 2: shared }
    expect(isShared(own)).toBe(false)
    expect(directionAt(vector({ directions: own }), 2)).toBe(shared)
    expect(directionAt(vector({ directions: own }), 1)).toBeUndefined()
  })
})
