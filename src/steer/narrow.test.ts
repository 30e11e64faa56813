import { expect, test } from 'vitest'
import { layersIn } from './layers.ts'
import { narrowed } from './narrow.ts'
import type { Vector } from './vector.ts'

const provenance: Vector['provenance'] = {
  schema: 1,
  tool: 'plimsoll 0.0.0',
  model: { name: 'tiny', architecture: 'llama', layers: 4, width: 2, fingerprint: 'f' },
  method: 'diffmean',
  parameters: {},
  data: { positive: 1, negative: 1, sha256: 's' },
  system: null,
  seed: null,
  note: '',
}
const direction = (scale: number) => ({ unit: Float32Array.of(1, 0), scale })

test('one of several layers, with what the vector has there and the tokens it acts on', () => {
  const tokens = { phase: 'generated' } as const
  const vector: Vector = {
    edit: 'add',
    where: { layers: [1, 2], tokens },
    directions: { 1: direction(3), 2: direction(5) },
    provenance,
  }
  const one = narrowed(vector, 2)
  expect(layersIn(one, 4)).toEqual([2])
  expect(one).toMatchObject({
    edit: 'add',
    where: { site: 'residual', layers: [2], tokens },
    directions: { 2: direction(5) },
  })
  expect('directions' in one && Object.keys(one.directions)).toEqual(['2'])
  // One direction for all layers is that of each.
  const shared: Vector = { edit: 'ablate', where: { layers: 'all' }, directions: direction(2), provenance }
  expect(narrowed(shared, 3)).toMatchObject({ where: { layers: [3] }, directions: { 3: direction(2) } })
})

test('what a vector lacks, and a whole of parts', () => {
  const vector: Vector = { edit: 'add', where: { layers: [1] }, directions: { 1: direction(3) }, provenance }
  expect(() => narrowed(vector, 2)).toThrow(expect.objectContaining({ code: 'vector-mismatch' }))
  const compound: Vector = { edit: 'compound', terms: [{ vector }], provenance }
  expect(() => narrowed(compound, 1)).toThrow(expect.objectContaining({ code: 'invalid-input', found: '1 parts' }))
})
