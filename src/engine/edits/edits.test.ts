import { describe, expect, it } from 'vitest'
import { normal, randomUnit } from '../../../test/support/random.ts'
import { PlimsollError } from '../../errors.ts'
import type { DenseMatrix, EditVector } from '../steering-types.ts'
import { rowEdit } from './index.ts'

const width = 12
const where = { layers: [0] }
const unit = randomUnit(width, 1)
const second = orthogonal(randomUnit(width, 2), unit)
const at = { layer: 0, position: 3 }

function orthogonal(vector: Float32Array, to: Float32Array): Float32Array {
  const along = product(vector, to)
  const rest = vector.map((value, i) => value - along * to[i]!)
  const length = Math.hypot(...rest)
  return rest.map(value => value / length)
}
function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0)
}
function matrix(rows: number, columns: number, seed: number): DenseMatrix {
  const next = normal(seed)
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, () => next() / Math.sqrt(columns)) }
}
const times = ({ rows, columns, values }: DenseMatrix, vector: ArrayLike<number>) =>
  Array.from({ length: rows }, (_, row) => product(values.subarray(row * columns, (row + 1) * columns), vector))

/** A row amid others, edited: what became of it, and whether its neighbours are as they were. */
function edited(vector: EditVector, strength: number, seed = 7): { before: number[]; after: number[] } {
  const next = normal(seed)
  const states = Float32Array.from({ length: 3 * width }, next)
  const before = states.slice()
  rowEdit(vector, 0, width).apply(states, width, strength, at)
  expect(states.subarray(0, width)).toEqual(before.subarray(0, width))
  expect(states.subarray(2 * width)).toEqual(before.subarray(2 * width))
  return { before: [...before.subarray(width, 2 * width)], after: [...states.subarray(width, 2 * width)] }
}
function close(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  for (const [i, value] of Array.from(found).entries()) expect(value).toBeCloseTo(expected[i]!, 4)
}
const seeds = [1, 2, 3, 4, 5]

describe('along a direction', () => {
  const directions = { unit, scale: 3 }

  it.each(seeds)('add moves by strength times scale (row %i)', seed => {
    const { before, after } = edited({ edit: 'add', where, directions }, -0.5, seed)
    close(
      after,
      before.map((value, i) => value - 1.5 * unit[i]!),
    )
    expect(rowEdit({ edit: 'add', where, directions }, 0, width).adds).toEqual(directions)
  })

  it.each(seeds)('ablate takes the component away by its strength (row %i)', seed => {
    for (const strength of [0.25, 1, 2]) {
      const { before, after } = edited({ edit: 'ablate', where, directions }, strength, seed)
      expect(product(after, unit)).toBeCloseTo((1 - strength) * product(before, unit), 4)
      expect(product(after, second)).toBeCloseTo(product(before, second), 4)
    }
  })

  it.each(seeds)('affine sets the component to the reference, then moves (row %i)', seed => {
    const vector: EditVector = { edit: 'affine', where, directions: { ...directions, reference: -2 } }
    expect(product(edited(vector, 0, seed).after, unit)).toBeCloseTo(-2, 4)
    const { before, after } = edited(vector, 0.5, seed)
    expect(product(after, unit)).toBeCloseTo(-2 + 1.5, 4)
    expect(product(after, second)).toBeCloseTo(product(before, second), 4)
  })

  it.each(seeds)('clamp sets the component, both ways or one (row %i)', seed => {
    for (const strength of [-0.1, 0, 0.4]) {
      const clamp = (side?: 'both' | 'at-least' | 'at-most') => {
        const vector: EditVector = { edit: 'clamp', where, directions, ...(side === undefined ? {} : { side }) }
        const { before, after } = edited(vector, strength, seed)
        expect(product(after, second)).toBeCloseTo(product(before, second), 4)
        return { was: product(before, unit), is: product(after, unit) }
      }
      const c = 3 * strength
      expect(clamp().is).toBeCloseTo(c, 4)
      const { was } = clamp('both')
      expect(clamp('at-least').is).toBeCloseTo(Math.max(was, c), 4)
      expect(clamp('at-most').is).toBeCloseTo(Math.min(was, c), 4)
    }
  })
})

describe('rotate', () => {
  const directions = { unit, second, scale: Math.PI }

  it.each(seeds)('turns the part in the plane and keeps its length and the rest (row %i)', seed => {
    for (const strength of [0, 0.25, 0.5, 1, 1.5]) {
      const { before, after } = edited({ edit: 'rotate', where, directions }, strength, seed)
      const radius = Math.hypot(product(before, unit), product(before, second))
      expect(product(after, unit)).toBeCloseTo(radius * Math.cos(strength * Math.PI), 4)
      expect(product(after, second)).toBeCloseTo(radius * Math.sin(strength * Math.PI), 4)
      expect(Math.hypot(...after)).toBeCloseTo(Math.hypot(...before), 4)
      const third = orthogonal(orthogonal(randomUnit(width, 9), unit), second)
      expect(product(after, third)).toBeCloseTo(product(before, third), 4)
    }
  })

  it('may leave rows alone whose component is not positive', () => {
    const turned = seeds.map(seed => {
      const { before, after } = edited({ edit: 'rotate', where, directions, only: 'positive' }, 0.5, seed)
      const changed = before.some((value, i) => value !== after[i])
      expect(changed).toBe(product(before, unit) > 0)
      return changed
    })
    expect(new Set(turned).size).toBe(2)
  })

  it('refuses directions that span no plane', () => {
    const slanted = { ...directions, second: randomUnit(width, 2) }
    expect(() => rowEdit({ edit: 'rotate', where, directions: slanted }, 0, width)).toThrow(/span no plane/)
  })
})

describe('low-rank', () => {
  const project: DenseMatrix = { rows: 2, columns: width, values: Float32Array.from([...unit, ...second]) }
  const weight = matrix(2, width, 3)
  const bias = Float32Array.of(0.5, -1)
  const maps = { project, weight, bias }

  it.each(seeds)('replaces what R sees of the state by W·h + b, by its strength (row %i)', seed => {
    for (const strength of [0, 0.5, 1]) {
      const { before, after } = edited({ edit: 'low-rank', where, maps }, strength, seed)
      const wanted = times(weight, before).map((value, i) => value + bias[i]!)
      const present = times(project, before)
      close(
        times(project, after),
        present.map((value, i) => value + strength * (wanted[i]! - value)),
      )
      const outside = orthogonal(orthogonal(randomUnit(width, 11), unit), second)
      expect(product(after, outside)).toBeCloseTo(product(before, outside), 4)
    }
  })

  it.each([
    ['another width', { ...maps, weight: matrix(2, width + 1, 3) }],
    ['another rank', { ...maps, bias: Float32Array.of(1) }],
    ['rows that are not orthonormal', { ...maps, project: matrix(2, width, 5) }],
  ])('refuses %s', (_, wrong) => {
    expect(() => rowEdit({ edit: 'low-rank', where, maps: wrong }, 0, width)).toThrow(PlimsollError)
  })
})

describe('decode', () => {
  const autoencoder = {
    encoder: matrix(5, width, 21),
    encoderBias: Float32Array.from({ length: 5 }, (_, i) => i / 10),
    decoder: matrix(width, 5, 22),
    decoderBias: Float32Array.from({ length: width }, (_, i) => i / 7),
    shift: Float32Array.of(1, -1, 0, 2, 0),
  }
  const functions = {
    identity: (x: number) => x,
    relu: (x: number) => Math.max(x, 0),
    tanh: Math.tanh,
    sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  } as const

  it.each(['identity', 'relu', 'tanh', 'sigmoid'] as const)('decodes the shifted latent (%s)', activation => {
    const autoencoders = { ...autoencoder, activation }
    for (const strength of [0, 1, -2]) {
      const { before, after } = edited({ edit: 'decode', where, autoencoders }, strength)
      const code = times(autoencoder.encoder, before).map(
        (value, i) => functions[activation](value + autoencoder.encoderBias[i]!) + strength * autoencoder.shift[i]!,
      )
      close(
        after,
        times(autoencoder.decoder, code).map((value, i) => value + autoencoder.decoderBias[i]!),
      )
    }
  })

  it('may keep what the autoencoder cannot express', () => {
    const vector: EditVector = {
      edit: 'decode',
      where,
      autoencoders: { ...autoencoder, activation: 'relu' },
      error: 'keep',
    }
    const { before, after } = edited(vector, 1.5)
    const shifted = times(autoencoder.decoder, autoencoder.shift)
    close(
      after,
      before.map((value, i) => value + 1.5 * shifted[i]!),
    )
    expect(edited(vector, 0).after).toEqual(edited(vector, 0).before)
  })

  it('refuses other shapes', () => {
    const wrong = { ...autoencoder, activation: 'relu', shift: Float32Array.of(1) } as const
    expect(() => rowEdit({ edit: 'decode', where, autoencoders: wrong }, 0, width)).toThrow(PlimsollError)
  })
})

describe('every direction', () => {
  const cases: [string, Float32Array, string][] = [
    ['of another width', randomUnit(width + 1, 1), 'vector-mismatch'],
    ['not of length 1', unit.map(value => value * 2), 'invalid-input'],
    ['with NaN in it', unit.map((value, i) => (i === 4 ? Number.NaN : value)), 'invalid-input'],
  ]
  it.each(cases)('%s is refused, twice', (_, wrong, code) => {
    for (const edit of ['add', 'ablate', 'clamp'] as const) {
      const vector: EditVector = { edit, where, directions: { unit: wrong, scale: 1 } }
      for (const _ of [1, 2]) {
        expect(() => rowEdit(vector, 0, width)).toThrow(
          expect.objectContaining({ code, found: expect.anything(), fix: expect.anything() }),
        )
      }
    }
  })
})
