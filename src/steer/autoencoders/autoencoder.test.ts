import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, greatest, type SparseAutoencoder } from './autoencoder.ts'

const base: SparseAutoencoder = {
  width: 2,
  latents: 3,
  encoder: Float32Array.of(1, 0, -1, 0, 1, 1),
  encoderBias: Float32Array.of(0, 0.5, 0),
  decoder: Float32Array.of(1, 0, 0, 1, -1, 1),
  decoderBias: Float32Array.of(1, 2),
  input: 'state',
  activation: { kind: 'relu' },
  layer: null,
}
const latents = (more: Partial<SparseAutoencoder>, ...state: number[]) => [...encode({ ...base, ...more }, state)]

describe('encode', () => {
  it('keeps what is positive', () => {
    expect(latents({}, 2, 1)).toEqual([2, 1.5, 0])
    expect(latents({}, -2, 1)).toEqual([0, 1.5, 3])
  })

  it('keeps what is above its latent’s threshold, and positive', () => {
    const thresholds = Float32Array.of(2, 1, -5)
    expect(latents({ activation: { kind: 'jump-relu', thresholds } }, 2, 1)).toEqual([0, 1.5, 0])
  })

  it('keeps the greatest, if they are positive', () => {
    expect(latents({ activation: { kind: 'top-k', k: 1 } }, 2, 1)).toEqual([2, 0, 0])
    expect(latents({ activation: { kind: 'top-k', k: 3 } }, 2, 1)).toEqual([2, 1.5, 0])
  })

  it('takes the decoder’s bias away first where that is how it was trained', () => {
    expect(latents({ input: 'state less decoder bias' }, 3, 3)).toEqual([2, 1.5, 0])
  })
})

it('decodes a sum of directions and the bias', () => {
  expect([...decode(base, [2, 0, 1])]).toEqual([1 + 2 - 1, 2 + 1])
})

it('the greatest positive values are as many as asked for, and none of the others is greater', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), { maxLength: 20 })
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 25 }), (list, k) => {
      const found = greatest(Float64Array.from(list), k)
      const positive = list.filter(value => value > 0)
      const kept = found.map(i => list[i] ?? 0)
      expect(kept.toSorted((a, b) => b - a)).toEqual(positive.toSorted((a, b) => b - a).slice(0, k))
      expect(found).toEqual(found.toSorted((a, b) => a - b))
    }),
  )
})
