/**
 * Directions drawn evenly from the sphere: the reference that says what any push of the same size does.
 * Reads nothing; writes the same edit along other directions. Source: normalised independent Gaussians (Muller 1959).
 */

import { isOne } from '../../engine/edits/index.ts'
import type {
  DenseMatrix,
  Direction,
  DirectionVector,
  LowRankVector,
  PerLayer,
  Steering,
  SteeringVector,
} from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import { createRandom, type Random } from '../../random.ts'
import { orthonormal } from '../algebra/orthonormal.ts'
import { norm, unit } from '../algebra/vectors.ts'
import type { FittedVector } from '../vector.ts'
import type { MethodDescription } from './types.ts'

export const random: MethodDescription = {
  name: 'random',
  title: 'Random direction',
  formula: 'the edit it is held against, along w ~ N(0, I) of the same norm;  h ← h + α·w',
  citation: 'reference condition; Muller 1959, doi 10.1145/377939.377946',
  edit: 'add',
  needs: 'a vector to be held against, and a seed',
  defaults: { draws: 3 },
  differsFromOriginal: '',
}

/**
 * The same edit at the same places along random directions, each of the size of the one it stands for. Conditions and
 * other gates stay as they are.
 * @throws PlimsollError `invalid-input` for an autoencoder, which has no direction of its own
 */
export function randomLike(vector: FittedVector, seed: number): FittedVector {
  return drawn(vector, seed, 'random direction')
}

function drawn(vector: FittedVector, seed: number, path: string): FittedVector {
  const from = (layer: number) => createRandom(seed, `${path} at layer ${layer}`)
  switch (vector.edit) {
    case 'compound': {
      const terms = vector.terms.map((term, i) => {
        if (term.vector.edit === 'custom') throw noDirection('an edit that is code')
        // Parts at one layer, such as its heads, are drawn each by itself, those of other compounds by themselves.
        const part = `${path} of part ${firstAlike(vector.terms, i)}`
        return { ...term, vector: drawn(term.vector, seed, part) }
      })
      return { ...vector, terms }
    }
    case 'low-rank':
      return { ...vector, maps: each(vector.maps, 'project', (map, layer) => otherMap(map, from(layer))) }
    case 'decode':
      throw noDirection('an autoencoder')
    case 'rotate': {
      const turned = (one: Direction & { readonly second: Float32Array }, layer: number) => {
        const source = from(layer)
        const [first, second] = orthonormal([gaussian(one.unit.length, source), gaussian(one.unit.length, source)])
        return { ...one, unit: Float32Array.from(first ?? []), second: Float32Array.from(second ?? []) }
      }
      return { ...vector, directions: each(vector.directions, 'unit', turned) }
    }
    case 'affine': {
      // Where states lie along a random direction is not known: what is set there on average moves them by as much.
      const added: DirectionVector = { edit: 'add', where: vector.where, directions: vector.directions }
      return drawn(added, seed, path)
    }
    default:
      return { ...vector, directions: each(vector.directions, 'unit', (one, layer) => pointed(one, from(layer))) }
  }
}

/** The first part that removes the same direction or turns in the same plane: one edit at several sites stays one. */
function firstAlike(terms: Steering, i: number): number {
  const own = sharedBy(terms[i]?.vector)
  if (own === undefined) return i
  return terms.findIndex(({ vector }) => {
    const other = sharedBy(vector)
    return other?.length === own.length && other.every((value, k) => value === own[k])
  })
}

/** What an ablation or a rotation has for all of its layers: its direction, or those of its plane. */
function sharedBy(vector: SteeringVector | undefined): readonly number[] | undefined {
  if (vector?.edit === 'ablate' && isOne(vector.directions, 'unit')) return [...vector.directions.unit]
  if (vector?.edit !== 'rotate' || !isOne(vector.directions, 'unit')) return undefined
  return [...vector.directions.unit, ...vector.directions.second]
}

function pointed<D extends Direction>(one: D, source: Random): D {
  return { ...one, unit: Float32Array.from(unit(gaussian(one.unit.length, source))) }
}

type LowRankMap = Extract<LowRankVector['maps'], { readonly project: DenseMatrix }>

/** Another subspace of the same rank, and weights of the same lengths. */
function otherMap({ project, weight, bias }: LowRankMap, source: Random): LowRankMap {
  const { rows, columns } = project
  const draw = () => Array.from({ length: rows }, () => gaussian(columns, source))
  const scaled = draw().map((row, i) => {
    const length = norm(weight.values.subarray(i * columns, (i + 1) * columns))
    return unit(row).map(value => length * value)
  })
  const matrix = (values: readonly Float64Array[]) => ({
    rows,
    columns,
    values: Float32Array.from(values.flatMap(row => [...row])),
  })
  return { project: matrix(orthonormal(draw())), weight: matrix(scaled), bias }
}

function each<T extends object>(values: PerLayer<T>, mark: keyof T, change: (one: T, layer: number) => T): PerLayer<T> {
  if (isOne(values, mark)) return change(values, 0)
  return Object.fromEntries(Object.entries(values).map(([layer, one]) => [layer, change(one, Number(layer))]))
}

/** Independent standard normal numbers, two at a time by Box and Muller. */
export function gaussian(count: number, source: Random): Float64Array {
  const values = new Float64Array(count)
  for (let i = 0; i < count; i += 2) {
    // The first of two uniform numbers is kept away from 0.
    const radius = Math.sqrt(-2 * Math.log(1 - source.next()))
    const angle = 2 * Math.PI * source.next()
    values[i] = radius * Math.cos(angle)
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle)
  }
  return values
}

function noDirection(found: string): PlimsollError {
  return new PlimsollError('invalid-input', 'There is no random direction to hold this against', {
    found,
    expected: 'an edit along directions',
    fix: 'Write `references: { random: 0, randomKl: 0 }` in the study.',
  })
}
