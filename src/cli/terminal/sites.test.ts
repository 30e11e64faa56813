import { expect, it } from 'vitest'
import { ranges, siteLines } from './sites.ts'

it('joins neighbours', () => {
  expect(ranges([0, 1, 2, 4, 7, 8])).toBe('0–2, 4, 7–8')
  expect(ranges([3])).toBe('3')
})

it('lists the sites of a model in columns', () => {
  const lines = siteLines([
    { site: 'embedding', layers: [-1], width: 64, heads: 1, tensor: 'embd', postNorm: 'none' },
    { site: 'mlp', layers: [0, 1], width: 64, heads: 1, tensor: 'ffn_out-{layer}', postNorm: 'after' },
    { site: 'head', layers: [1], width: 16, heads: 4, tensor: 'kqv_out-{layer}', postNorm: 'none' },
  ])
  expect(lines).toEqual([
    'embedding   before layer 0   64 values       embd',
    'mlp         layers 0–1       64 values       ffn_out-{layer}, before a norm',
    'head        layers 1         4 × 16 values   kqv_out-{layer}',
  ])
})
