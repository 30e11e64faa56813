import { expect, it } from 'vitest'
import { adapterKey } from './adapters.ts'

it('requests with the same adapters share a key, whatever their order', () => {
  const a = { file: 'a.gguf' }
  const b = { file: 'b.gguf', scale: 0.5 }
  expect(adapterKey([])).toBe('')
  expect(adapterKey([a, b])).toBe(adapterKey([b, a]))
  expect(adapterKey([{ ...a, scale: 1 }])).toBe(adapterKey([a]))
  expect(adapterKey([{ ...a, scale: 0 }])).toBe('')
  expect(adapterKey([b, b])).toBe(adapterKey([{ ...b, scale: 1 }]))
  expect(adapterKey([a, { ...a, scale: -1 }])).toBe('')
  expect(new Set([[a], [b], [a, b], [{ ...a, scale: 2 }]].map(adapterKey)).size).toBe(4)
})
