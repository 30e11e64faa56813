import { describe, expect, it } from 'vitest'
import { candidateLayers } from './layers.ts'
import { bestPoint } from './select.ts'

describe('the chosen point', () => {
  const point = (layer: number, strength: number, score: number) => ({ layer, strength, score })

  it('has the highest score; of equals the smaller strength, then the earlier layer', () => {
    expect(bestPoint([point(1, 4, 0.5), point(2, 1, 0.7), point(3, 2, 0.6)])).toEqual(point(2, 1, 0.7))
    expect(bestPoint([point(1, 4, 0.5), point(3, 1, 0.5), point(2, 1, 0.5)])).toEqual(point(2, 1, 0.5))
  })
})

describe('candidate layers', () => {
  it('are spread over the middle of any model', () => {
    expect(candidateLayers({ layers: 5 }, 30)).toEqual([7, 11, 15, 19, 23])
    expect(candidateLayers({ layers: 1 }, 8)).toEqual([4])
    expect(candidateLayers({ layers: 50 }, 8)).toEqual([2, 3, 4, 5, 6])
  })

  it('are those that are named', () => {
    expect(candidateLayers({ layers: [5, 2, 5] }, 8)).toEqual([2, 5])
    expect(candidateLayers({ layers: { from: 1, to: 6, step: 2 } }, 8)).toEqual([1, 3, 5])
    expect(() => candidateLayers({ layers: [8] }, 8)).toThrow(expect.objectContaining({ expected: '0 to 7' }))
  })
})
