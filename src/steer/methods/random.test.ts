import { describe, expect, it } from 'vitest'
import type { DirectionVector } from '../../engine/types.ts'
import { directionAt } from '../index.ts'
import { randomLike } from './random.ts'

const width = 257
const like: DirectionVector = {
  edit: 'add',
  where: { site: 'residual', layers: [3], tokens: { phase: 'prompt', last: 2 } },
  directions: { 3: { unit: new Float32Array(width), scale: 9 } },
}
const draw = (seed: number, layer = 3, scale = 2.5, size = width) =>
  directionAt(randomLike(like, layer, scale, size, seed), layer)!
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

describe('a random direction', () => {
  it('has norm 1, and the scale, place and edit of what it is held against', () => {
    const vector = randomLike(like, 3, 2.5, width, 1)
    const { unit, scale } = draw(1)
    expect(unit).toHaveLength(width)
    expect(Math.sqrt(dot(unit, unit))).toBeCloseTo(1, 6)
    expect(scale).toBe(2.5)
    expect(vector).toMatchObject({ edit: 'add', where: like.where })
    expect(Object.keys(vector.directions)).toEqual(['3'])
  })

  it('is the same for the same seed, and another for another seed or layer', () => {
    expect(draw(1).unit).toEqual(draw(1).unit)
    // Two independent directions have a cosine of standard deviation 1/√width.
    const chance = 6 / Math.sqrt(width)
    expect(Math.abs(dot(draw(1).unit, draw(2).unit))).toBeLessThan(chance)
    expect(Math.abs(dot(draw(1).unit, draw(1, 4).unit))).toBeLessThan(chance)
  })

  it('points nowhere in particular', () => {
    const size = 5
    const draws = 4000
    const drawn = Array.from({ length: draws }, (_, seed) => draw(seed, 3, 1, size).unit)
    const mean = (of: (unit: Float32Array) => number) => drawn.reduce((sum, unit) => sum + of(unit), 0) / draws
    for (let i = 0; i < size; i++) {
      // Moments of a uniform unit vector: mean 0, E[x²] = 1/n, E[xᵢxⱼ] = 0; each bound is over 5 standard errors.
      expect(Math.abs(mean(unit => unit[i]!))).toBeLessThan(5 / Math.sqrt(size * draws))
      expect(Math.abs(mean(unit => unit[i]! ** 2) - 1 / size)).toBeLessThan(6 * Math.sqrt(0.046 / draws))
      for (let j = 0; j < i; j++) {
        expect(Math.abs(mean(unit => unit[i]! * unit[j]!))).toBeLessThan(6 * Math.sqrt(1 / 35 / draws))
      }
    }
  })
})
