import { describe, expect, it } from 'vitest'
import { rowEdit } from '../../engine/edits/index.ts'
import { plainTerms } from '../../engine/plain-terms.ts'
import type {
  AffineVector,
  DecodeVector,
  DirectionVector,
  Gate,
  LowRankVector,
  RotateVector,
} from '../../engine/types.ts'
import { directionAt, layersIn } from '../index.ts'
import { randomLike } from './random.ts'

const width = 257
const like: DirectionVector = {
  edit: 'add',
  where: { site: 'residual', layers: [3], tokens: { phase: 'prompt', last: 2 } },
  directions: { 3: { unit: new Float32Array(width), scale: 9 } },
}
const draw = (seed: number, layer = 3, size = width) => {
  const vector = { ...like, directions: { [layer]: { unit: new Float32Array(size), scale: 2.5 } } }
  return directionAt(randomLike(vector, seed), layer)!
}
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

describe('a random direction', () => {
  it('has norm 1, and the scale, place and edit of what it is held against', () => {
    const vector = randomLike(like, 1)
    const { unit, scale } = directionAt(vector, 3)!
    expect(unit).toHaveLength(width)
    expect(Math.sqrt(dot(unit, unit))).toBeCloseTo(1, 6)
    expect(scale).toBe(9)
    expect(vector).toMatchObject({ edit: 'add', where: like.where })
    expect(layersIn(vector, 5)).toEqual([3])
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
    const drawn = Array.from({ length: draws }, (_, seed) => draw(seed, 3, size).unit)
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

describe('a random edit of another kind', () => {
  const [unit, second] = [Float32Array.of(1, 0, 0, 0), Float32Array.of(0, 1, 0, 0)]
  const where = { layers: [1] }

  it('turns in another plane, which is one', () => {
    const turn: RotateVector = { edit: 'rotate', where, directions: { unit, second, scale: 3 } }
    const vector = randomLike(turn, 4)
    expect(() => rowEdit(vector as RotateVector, 1, 4)).not.toThrow()
    expect(vector).toMatchObject({ edit: 'rotate', directions: { scale: 3 } })
    expect(directionAt(vector, 1)!.unit).not.toEqual(unit)
  })

  it('turns in one plane where the edit does, at whatever sites', () => {
    const turn = (site: 'attention-norm' | 'mlp-norm'): RotateVector => {
      return { edit: 'rotate', where: { site }, directions: { unit, second, scale: 3 } }
    }
    const terms = [{ vector: turn('attention-norm') }, { vector: turn('mlp-norm') }]
    const [one, other] = plainTerms([{ vector: randomLike({ edit: 'compound', terms }, 4) }])
    expect(directionAt(one!.vector, 1)).toEqual(directionAt(other!.vector, 1))
  })

  it('draws the parts of a compound each by itself, and keeps their gates', () => {
    const part: AffineVector = { edit: 'affine', where, directions: { unit, scale: 2, reference: 5 } }
    const gates: Gate[] = [{ kind: 'norm-budget', limit: 1 }]
    const vector = randomLike({ edit: 'compound', terms: [{ vector: part, gates }, { vector: part }] }, 4)
    const terms = plainTerms([{ vector }])
    const [first, other] = terms.map(term => directionAt(term.vector, 1)!.unit)
    expect(first).not.toEqual(other)
    expect(terms).toMatchObject([
      { vector: { edit: 'add', directions: { scale: 2 } }, gates },
      { vector: { edit: 'add', directions: { scale: 2 } } },
    ])
  })

  it('stays one direction where one is taken away at several places', () => {
    const part = (site: 'residual' | 'embedding') => {
      const directions = { unit: Float32Array.from(unit), scale: 2 }
      return { vector: { edit: 'ablate', where: { site, layers: 'all' }, directions } as const }
    }
    const vector = randomLike({ edit: 'compound', terms: [part('embedding'), part('residual')] }, 4)
    const [first, other] = plainTerms([{ vector }]).map(term => directionAt(term.vector, 1)!.unit)
    expect(first).toEqual(other)
    expect(first).not.toEqual(unit)
  })

  it('writes into another subspace of the same rank', () => {
    const matrix = { rows: 1, columns: 4, values: unit }
    const maps = {
      project: matrix,
      weight: { ...matrix, values: second.map(value => 3 * value) },
      bias: Float32Array.of(2),
    }
    const map: LowRankVector = { edit: 'low-rank', where, maps }
    const vector = randomLike(map, 4)
    expect(() => rowEdit(vector as LowRankVector, 1, 4)).not.toThrow()
    const { project, weight } = (vector as { maps: typeof maps }).maps
    expect(project.values).not.toEqual(unit)
    expect(Math.hypot(...weight.values)).toBeCloseTo(3, 5)
  })

  it('is none for an autoencoder', () => {
    const autoencoders = {} as DecodeVector['autoencoders']
    expect(() => randomLike({ edit: 'decode', where, autoencoders }, 1)).toThrow(/no random direction/)
  })
})
