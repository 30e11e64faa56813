/** Edits in double precision, written from their formulas and apart from the engine's own, so that the two can be held against each other. */
import type { DenseMatrix, Direction, EditVector, PerLayer } from '../../src/engine/types.ts'
import { PlimsollError } from '../../src/errors.ts'

type Row = readonly number[]

/** What an edit makes of a row at a layer. */
export function edited(vector: EditVector, strength: number, layer: number, h: Row): Row {
  switch (vector.edit) {
    case 'add': {
      const { unit, scale } = of(vector.directions, layer)
      return plus(h, unit, strength * scale)
    }
    case 'ablate': {
      const { unit } = of(vector.directions, layer)
      return plus(h, unit, -strength * product(h, unit))
    }
    case 'affine': {
      const { unit, scale, reference } = of(vector.directions, layer)
      return plus(plus(h, unit, -product(h, unit)), unit, reference + strength * scale)
    }
    case 'clamp': {
      const { unit, scale } = of(vector.directions, layer)
      const [present, c] = [product(h, unit), strength * scale]
      const side = vector.side ?? 'both'
      const wanted = side === 'both' ? c : side === 'at-least' ? Math.max(present, c) : Math.min(present, c)
      return plus(h, unit, wanted - present)
    }
    case 'rotate': {
      const { unit, second, scale } = of(vector.directions, layer)
      const [x, y] = [product(h, unit), product(h, second)]
      if (vector.only === 'positive' && x <= 0) return h
      const radius = Math.hypot(x, y)
      const outside = plus(plus(h, unit, -x), second, -y)
      const angle = strength * scale
      return plus(plus(outside, unit, radius * Math.cos(angle)), second, radius * Math.sin(angle))
    }
    case 'low-rank': {
      const { project, weight, bias } = of(vector.maps, layer)
      const present = times(project, h)
      const missing = times(weight, h).map((value, i) => strength * (value + bias[i]! - present[i]!))
      return h.map((value, i) => value + missing.reduce((sum, m, r) => sum + m * project.values[r * h.length + i]!, 0))
    }
    case 'decode': {
      const { encoder, encoderBias, activation, decoder, decoderBias, shift } = of(vector.autoencoders, layer)
      const code = times(encoder, h).map((value, i) => activations[activation](value + encoderBias[i]!))
      const decoded = times(
        decoder,
        code.map((value, i) => value + strength * shift[i]!),
      )
      if (vector.error !== 'keep') return decoded.map((value, i) => value + decoderBias[i]!)
      const before = times(decoder, code)
      return h.map((value, i) => value + decoded[i]! - before[i]!)
    }
    case 'custom':
      throw new Error('the oracle knows formulas, not modules')
  }
}

const activations = {
  identity: (x: number) => x,
  relu: (x: number) => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
} as const

/** What a layer is given; one value may serve all of them. */
export function of<T extends object>(values: PerLayer<T>, layer: number): T {
  const own: unknown = Object.hasOwn(values, layer) ? Reflect.get(values, layer) : values
  if (!isOne<T>(own)) {
    throw new PlimsollError('vector-mismatch', 'The vector does not fit the model.', {
      found: `nothing for layer ${layer}`,
      expected: 'something for every selected layer',
    })
  }
  return own
}

function isOne<T extends object>(value: unknown): value is T {
  return typeof value === 'object' && value !== null && ['unit', 'project', 'encoder'].some(key => key in value)
}

/** @throws PlimsollError for what no edit takes */
export function checkDirections(vector: EditVector, layers: readonly number[], width: number): void {
  if (!('directions' in vector)) return
  for (const layer of layers) {
    const { unit, scale }: Direction = of<Direction>(vector.directions, layer)
    if (unit.length !== width) {
      throw new PlimsollError('vector-mismatch', 'The vector does not fit the model.', {
        found: `width ${unit.length}`,
        expected: `a direction of width ${width} for every selected layer`,
      })
    }
    if (Number.isFinite(scale) && unit.every(Number.isFinite)) continue
    throw new PlimsollError('invalid-input', 'The vector holds values that are not numbers.', {
      found: `layer ${layer}`,
    })
  }
}

export function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function plus(h: Row, direction: ArrayLike<number>, factor: number): Row {
  return h.map((value, i) => value + factor * direction[i]!)
}

function times({ rows, columns, values }: DenseMatrix, h: Row): number[] {
  return Array.from({ length: rows }, (_, row) => product(values.subarray(row * columns, (row + 1) * columns), h))
}
