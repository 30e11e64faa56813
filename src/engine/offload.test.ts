import { describe, expect, it } from 'vitest'
import type { ModelFacts } from './facts.ts'
import { checkedGpuLayers, layersThatFit } from './offload.ts'

const gigabyte = 1e9
const facts: ModelFacts = {
  layers: 32,
  weights: 4.4 * gigabyte,
  layerBytes: new Array<number>(32).fill(0.125 * gigabyte),
  outputBytes: 0.4 * gigabyte,
  width: 4096,
  heads: 32,
  feedForward: 11_008,
  vocabulary: 32_000,
  cacheValues: 32 * 2 * 1024,
  stateValues: 0,
  metadata: '',
}
const settings = { cache: 'f16', flashAttention: 'auto' } as const
const fitting = (free: number) => layersThatFit(facts, free * gigabyte, settings)

describe('layers on a graphics processor', () => {
  it('are none where not even the output fits, and all of them and the output where there is room', () => {
    expect(fitting(0)).toBe(0)
    expect(fitting(0.3)).toBe(0)
    expect(fitting(80)).toBe(33)
  })

  it('grow with the free memory, one by one', () => {
    const counts = Array.from({ length: 100 }, (_, i) => fitting(i / 10))
    for (const [i, count] of counts.slice(1).entries()) expect(count).toBeGreaterThanOrEqual(counts[i]!)
    expect(new Set(counts).size).toBeGreaterThan(20)
    expect(counts).toContain(12)
  })

  it('leave room: what is given away is smaller than what is free', () => {
    for (const free of [1, 2, 3, 4, 6]) {
      const count = fitting(free)
      const given = facts.outputBytes + Math.min(count, 32) * 0.125 * gigabyte
      if (count > 0) expect(given).toBeLessThan(0.9 * free * gigabyte)
    }
  })

  it('are fewer where the cache holds wider numbers', () => {
    expect(layersThatFit(facts, 4 * gigabyte, { ...settings, cache: 'f32' })).toBeLessThan(fitting(4))
  })

  it('can be asked for, as a whole number', () => {
    expect(checkedGpuLayers(0)).toBe(0)
    expect(checkedGpuLayers('auto')).toBe('auto')
    for (const wrong of [-1, 1.5, Number.NaN]) {
      expect(() => checkedGpuLayers(wrong)).toThrow(expect.objectContaining({ code: 'invalid-input' }))
    }
  })
})
