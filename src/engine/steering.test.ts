import { describe, expect, it } from 'vitest'
import { randomUnit } from '../../test/support/random.ts'
import { placeKey } from './place.ts'
import { EMBEDDING, type TokenLayout } from './select.ts'
import { plainSites } from './sites.ts'
import { directionAt, isShared, resolveSteering, sameOnPrefix, termsAt } from './steering.ts'
import type { Direction, DirectionVector, Steering } from './types.ts'
import type { Where } from './where.ts'

const model = { width: 8, layers: 4, sites: plainSites(4, 8) }
const residual = (layer: number) => placeKey('residual', layer)
const layout: TokenLayout = { promptTokens: 10, templateSuffix: [7, 10], startsWithBos: true, generates: true }
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
const code = (expected: string) => expect.objectContaining({ name: 'PlimsollError', code: expected })

describe('resolved steering', () => {
  it('is nothing where nothing is steered', () => {
    expect(resolveSteering([], model, layout)).toBeNull()
  })

  it('moves by strength times the natural scale, and takes away by strength alone', () => {
    const shared = direction(1, 3)
    const both = resolve([
      { vector: vector({ directions: shared }), strength: 0.5 },
      { vector: vector({ directions: shared, edit: 'ablate' }), strength: 0.5 },
    ])
    expect(both.places.get(residual(1))).toMatchObject([
      { edit: 'add', unit: shared.unit, amount: 1.5 },
      { edit: 'ablate', unit: shared.unit, amount: 0.5 },
    ])
    expect(resolve([{ vector: vector({ directions: shared }) }]).places.get(residual(1))?.[0]?.amount).toBe(3)
  })

  it('takes one direction to every selected layer, or each layer its own', () => {
    const shared = direction(1)
    const same = resolve([{ vector: vector({ where: at('all'), directions: shared }) }])
    expect([...same.places.keys()]).toEqual([0, 1, 2, 3].map(residual))
    for (const terms of same.places.values()) expect(terms[0]?.unit).toBe(shared.unit)

    const own = { 1: direction(2), 3: direction(3), [EMBEDDING]: direction(4) }
    const each = resolve([{ vector: vector({ where: at([3, 1]), directions: own }) }])
    expect([...each.places].map(([layer, terms]) => [layer, terms[0]?.unit])).toEqual([
      [residual(1), own[1].unit],
      [residual(3), own[3].unit],
    ])
    const embedding: Where = { site: 'embedding', layers: 'all', tokens: everywhere }
    expect([...resolve([{ vector: vector({ where: embedding, directions: own }) }]).places.keys()]).toEqual([
      placeKey('embedding', EMBEDDING),
    ])
  })

  it('follows the clause of the term rather than that of the vector', () => {
    const found = resolve([{ vector: vector(), where: at([2], { phase: 'prompt', last: 1 }) }])
    const [terms] = [...found.places.values()]
    expect([...found.places.keys()]).toEqual([residual(2)])
    expect([8, 9, 10].map(position => termsAt(terms!, position).length)).toEqual([0, 1, 0])
  })

  it('acts on each position with the terms that select it, in their order', () => {
    const [prompt, generated, all] = [direction(1), direction(2), direction(3)]
    const terms = resolve([
      { vector: vector({ directions: all }) },
      { vector: vector({ directions: prompt, where: at([1], { phase: 'prompt' }) }) },
      { vector: vector({ directions: generated, where: at([1], { phase: 'generated' }) }) },
    ]).places.get(residual(1))!
    const units = (position: number) => termsAt(terms, position).map(term => term.unit)
    expect(units(0)).toEqual([])
    expect(units(1)).toEqual([all.unit, prompt.unit])
    expect(units(9)).toEqual([all.unit, prompt.unit])
    expect(units(10)).toEqual([all.unit, generated.unit])
    expect(units(1000)).toEqual([all.unit, generated.unit])
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
