import { expect, test } from 'vitest'
import { labelsOf } from './labels.ts'

test('results of the organism say so in any study, once', () => {
  const plain = labelsOf({ labels: [], system: null }, { name: 'organism' })
  expect(plain).toEqual([expect.stringContaining('teaching aid')])
  expect(labelsOf({ labels: plain, system: null }, { name: 'organism' })).toEqual(plain)
  expect(labelsOf({ labels: ['mine'], system: null }, { name: 'smollm2-135m' })).toEqual(['mine'])
})

test('a base condition under a system prompt is told from a model’s own refusals', () => {
  const labels = labelsOf({ labels: [], system: 'Be safe.' }, { name: 'smollm2-135m' })
  expect(labels).toEqual([expect.stringContaining('system prompt')])
})
