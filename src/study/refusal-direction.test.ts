import { expect, it } from 'vitest'
import { recorded, type Vector } from '../steer/vector.ts'
import { alongRefusal, cosineByChance } from './refusal-direction.ts'

const provenance = recorded({
  model: { name: 'tiny', architecture: 'llama', layers: 4, width: 2, fingerprint: 'f' },
  method: 'diffmean',
  parameters: {},
  data: { positive: 1, negative: 1, sha256: 's' },
  system: null,
  seed: null,
  note: '',
})
const along = (x: number, y: number) => ({ unit: Float32Array.of(x, y), scale: 2 })
const refusal: Vector = {
  edit: 'add',
  where: { layers: [1, 2] },
  directions: { 1: along(1, 0), 2: along(0, 1) },
  provenance,
}

it('holds the parts of a vector on the residual stream against refusal, layer by layer', () => {
  const vector: Vector = {
    edit: 'compound',
    terms: [
      { vector: { edit: 'add', where: { layers: [1, 2, 3] }, directions: along(-0.6, 0.8) } },
      { vector: { edit: 'add', where: { site: 'mlp', layers: [1] }, directions: along(1, 0) } },
      { vector: { edit: 'ablate', where: { layers: [2] }, directions: { 2: along(0, 1) } } },
    ],
    provenance,
  }
  expect(alongRefusal(vector, refusal)).toEqual([
    { term: 0, layer: 1, cosine: expect.closeTo(-0.6) },
    { term: 0, layer: 2, cosine: expect.closeTo(0.8) },
    { term: 2, layer: 2, cosine: 1 },
  ])
})

it('two random directions of width 576 lie within 0.083', () => {
  expect(cosineByChance(576)).toBeCloseTo(1 / 12, 10)
})
