import { describe, expect, it } from 'vitest'
import type { DirectedVector, Vector } from '../vector.ts'
import { steeredConfig } from './steered-file.ts'
import { torchFile } from './torch-file.ts'

const direction = { unit: Float32Array.from([0.6, 0.8]), scale: 5 }
const vector = {
  edit: 'add',
  where: { layers: [3], tokens: { phase: 'all' } },
  directions: { 3: direction },
  provenance: {},
} as unknown as DirectedVector

describe('what lm-evaluation-harness is told', () => {
  it('is the module behind which a vector is added, and how much of it', () => {
    expect(steeredConfig(vector)).toEqual({
      'layers.3': { action: 'add', steering_coefficient: 5, steering_vector: direction.unit, bias: null },
    })
    const embedding = { ...vector, where: { site: 'embedding' }, directions: { [-1]: direction } } as Vector
    expect(Object.keys(steeredConfig(embedding))).toEqual(['embed_tokens'])
  })

  it('is a clamp to nothing for an ablation', () => {
    const ablation: DirectedVector = { ...vector, edit: 'ablate' }
    expect(steeredConfig(ablation)['layers.3']).toMatchObject({ action: 'clamp', steering_coefficient: 0 })
  })

  it.each([
    ['several layers', { directions: { 3: direction, 4: direction } }, '2 layers'],
    ['one direction everywhere', { directions: direction }, 'one direction for all layers'],
    ['another site', { where: { site: 'mlp', layers: [3] } }, 'the site mlp'],
    ['some tokens', { where: { layers: [3], tokens: { phase: 'generated' } } }, 'a choice of tokens'],
    ['all tokens but some', { where: { layers: [3], tokens: { phase: 'all', first: 2 } } }, 'a choice of tokens'],
  ])('cannot be %s', (_, change, found) => {
    expect(() => steeredConfig({ ...vector, ...change } as Vector)).toThrow(
      expect.objectContaining({ code: 'invalid-input', found }),
    )
  })
})

it('a file of torch’s is a ZIP file whose tensors lie on bounds of 64 bytes', () => {
  const bytes = Buffer.from(torchFile({ a: { values: Float32Array.from([1, -2]), name: 'x', none: null, half: 0.5 } }))
  const at = bytes.indexOf('archive/data/0')
  const content = at + 'archive/data/0'.length + bytes.readUInt16LE(at - 2)
  expect(content % 64).toBe(0)
  expect([bytes.readFloatLE(content), bytes.readFloatLE(content + 4)]).toEqual([1, -2])
  expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04')
  expect(bytes.readUInt16LE(bytes.length - 12)).toBe(4)
})
