/** Random steering of every kind, for any width. */
import type { DenseMatrix, Direction, EditVector, Gate, WhereInput } from '../../../src/engine/index.ts'
import { normal, randomUnit } from '../../support/random.ts'

export const edits = ['add', 'ablate', 'affine', 'clamp', 'rotate', 'low-rank', 'decode'] as const
export type EditName = (typeof edits)[number]

/** An edit that moves states of a length of about `size` well beyond rounding. */
export function randomVector(
  edit: EditName,
  where: WhereInput,
  { width, size, seed = 1 }: { readonly width: number; readonly size: number; readonly seed?: number },
): EditVector {
  const unit = randomUnit(width, seed)
  const directions = { unit, scale: size / 3 }
  switch (edit) {
    case 'add':
    case 'ablate':
    case 'clamp':
      return { edit, where, directions }
    case 'affine':
      return { edit, where, directions: { ...directions, reference: size / 4 } }
    case 'rotate':
      return { edit, where, directions: { unit, second: perpendicular(unit, seed + 1), scale: 1 } }
    case 'low-rank': {
      const project = {
        rows: 2,
        columns: width,
        values: Float32Array.from([...unit, ...perpendicular(unit, seed + 1)]),
      }
      const maps = { project, weight: randomMatrix(2, width, seed + 2), bias: Float32Array.of(size / 3, -size / 5) }
      return { edit, where, maps }
    }
    case 'decode': {
      const latent = 5
      const autoencoders = {
        encoder: randomMatrix(latent, width, seed + 3),
        encoderBias: Float32Array.from({ length: latent }, (_, i) => i / 10),
        activation: 'tanh',
        decoder: randomMatrix(width, latent, seed + 4),
        decoderBias: Float32Array.from({ length: width }, (_, i) => i / width),
        shift: Float32Array.from({ length: latent }, (_, i) => (size * (i - 2)) / 8),
      } as const
      return { edit, where, autoencoders, error: 'keep' }
    }
  }
}

/** Gates of a row that are open for some rows and shut for others, or bind for some. */
export function randomGates(width: number, size: number, seed = 21): Readonly<Record<string, Gate>> {
  const directions: Direction = { unit: randomUnit(width, seed), scale: 1 }
  return {
    'a projection above': { kind: 'token', directions, measure: 'projection', threshold: 0.02 * size, open: 'above' },
    'a cosine below': { kind: 'token', directions, measure: 'cosine', threshold: 0.01, open: 'below' },
    'a norm budget': { kind: 'norm-budget', limit: 0.1 },
    'an adaptive strength': {
      kind: 'adaptive',
      directions,
      measure: 'cosine',
      points: [
        [-0.2, 1.5],
        [0, 0.25],
        [0.1, 1],
      ],
    },
  }
}

function perpendicular(unit: Float32Array, seed: number): Float32Array {
  const other = randomUnit(unit.length, seed)
  const along = other.reduce((sum, value, i) => sum + value * unit[i]!, 0)
  const rest = other.map((value, i) => value - along * unit[i]!)
  const length = Math.hypot(...rest)
  return rest.map(value => value / length)
}

function randomMatrix(rows: number, columns: number, seed: number): DenseMatrix {
  const next = normal(seed)
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, () => next() / Math.sqrt(columns)) }
}
