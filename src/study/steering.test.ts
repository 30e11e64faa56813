import { describe, expect, it } from 'vitest'
import type { Direction } from '../engine/types.ts'
import type { Where } from '../engine/where.ts'
import type { FittedVector } from '../steer/index.ts'
import { redirected } from './steering.ts'

const where = (site: 'residual' | 'head' = 'residual', heads?: number[]) =>
  ({ site, layers: [5], ...(heads && { heads }), tokens: { phase: 'all' } }) as unknown as Where
const along = (axis: number, scale: number): Direction => ({
  unit: Float32Array.from({ length: 4 }, (_, i) => (i === axis ? 1 : 0)),
  scale,
})
const add = (direction: Direction, at = where()): FittedVector => ({
  edit: 'add',
  where: at,
  directions: { 5: direction },
})
const compound = (...vectors: FittedVector[]): FittedVector => ({
  edit: 'compound',
  terms: vectors.map(vector => ({ vector })),
})

describe('another fit at the size of the first', () => {
  it('is along the other direction, as long as the first', () => {
    expect(redirected(add(along(0, 19)), add(along(1, 1.3)), 5)).toEqual(add(along(1, 19)))
  })

  it('keeps what else an edit has of its own: where a component is set to', () => {
    const affine = (direction: Direction, reference: number): FittedVector => ({
      edit: 'affine',
      where: where(),
      directions: { 5: { ...direction, reference } },
    })
    expect(redirected(affine(along(0, 19), 3), affine(along(1, 1.3), -2), 5)).toEqual(affine(along(1, 19), -2))
  })

  it('is so for every part of several', () => {
    const found = redirected(
      compound(add(along(0, 19)), add(along(1, 7))),
      compound(add(along(2, 1)), add(along(3, 2))),
      5,
    )
    expect(found).toEqual(compound(add(along(2, 19)), add(along(3, 7))))
  })

  it('is none where the two are not made alike', () => {
    const [one, two] = [add(along(0, 19), where('head', [1])), add(along(1, 2), where('head', [2]))]
    expect(redirected(compound(one), compound(two), 5)).toBeNull()
    expect(redirected(compound(one), compound(one, one), 5)).toBeNull()
    expect(
      redirected(add(along(0, 19)), { ...add(along(1, 1)), directions: { 6: along(1, 1) } } as FittedVector, 5),
    ).toBeNull()
  })
})
