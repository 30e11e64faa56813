import { describe, expect, it } from 'vitest'
import type { Item } from '../measure/suites/index.ts'
import { rowsAsked } from './rows-asked.ts'

const items = Array.from({ length: 103 }, (_, i): Item => {
  return { kind: 'prose', sample: `row-${i}`, clusters: { template: `t${Math.floor(i / 10)}` }, text: '' }
})
const suite = { name: 'suite', items }
const samples = (asked: readonly Item[]) => asked.map(({ sample }) => sample)

describe('rows that a condition answers', () => {
  it('are all of them where nothing is said, or more is allowed than there is', () => {
    expect(rowsAsked(suite, null, 1)).toEqual(items)
    expect(rowsAsked(suite, { most: 103, of: 'spread' }, 1)).toEqual(items)
  })

  it('are the first ones for a check', () => {
    expect(samples(rowsAsked(suite, { most: 2, of: 'first' }, 1))).toEqual(['row-0', 'row-1'])
  })

  it('are spread over all templates for a reference, each once, in order, by the seed', () => {
    const spread = (seed: number) => rowsAsked(suite, { most: 22, of: 'spread' }, seed)
    const places = spread(1).map(item => items.indexOf(item))
    expect(new Set(places).size).toBe(22)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    const share = Map.groupBy(spread(1), ({ clusters }) => clusters.template)
    for (const [template, own] of share) expect(own.length, template).toBeGreaterThanOrEqual(template === 't10' ? 0 : 1)
    expect(share.size).toBeGreaterThanOrEqual(10)
    expect(spread(1)).toEqual(spread(1))
    expect(spread(2)).not.toEqual(spread(1))
  })
})
