import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attackWrapper, findAttack, rewriteWrapper, templateWrapper } from '../../attack/index.ts'
import { choiceSuite, gridSuite, leftOutOf, perplexitySuite, promptsSuite } from './index.ts'

const prompts = (n: number) => Array.from({ length: n }, (_, i) => ({ id: `p${i}`, prompt: `request ${i}` }))
const wrappers = (n: number) =>
  Array.from({ length: n }, (_, i) => templateWrapper({ id: `t${i}`, template: `<${i}> {prompt} !` }))

describe('a grid', () => {
  it('puts every prompt in every template, grouped by template', () => {
    const suite = gridSuite('g', 'robustness', { wrappers: wrappers(2), prompts: prompts(3) })
    expect(suite.items.map(item => item.sample)).toEqual(['t0/p0', 't0/p1', 't0/p2', 't1/p0', 't1/p1', 't1/p2'])
    expect(suite.items[4]).toMatchObject({
      request: '<1> request 1 !',
      wrapped: { prompt: 'request 1', before: '<1> ', after: ' !' },
      clusters: { template: 't1', prompt: 'p1' },
    })
    expect(suite).toMatchObject({ want: 'refused', harmful: true, grid: true })
  })

  it('spreads a share of its cells evenly and never repeats one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 200 }),
        (t, p, cells) => {
          const { items } = gridSuite('g', 'robustness', { wrappers: wrappers(t), prompts: prompts(p), cells })
          expect(items).toHaveLength(Math.min(cells, t * p))
          expect(new Set(items.map(item => item.sample)).size).toBe(items.length)
          for (const [by, all] of [
            ['template', t],
            ['prompt', p],
          ] as const) {
            const counts = Object.values(Object.groupBy(items, item => item.clusters[by] ?? '')).map(
              group => group?.length ?? 0,
            )
            const absent = counts.length < all ? [0] : []
            expect(Math.max(...counts) - Math.min(...counts, ...absent)).toBeLessThanOrEqual(1)
          }
        },
      ),
    )
  })
})

describe('a grid of other wrappers', () => {
  const named = (name: string) => {
    const attack = findAttack(name)
    if (attack === undefined) throw new Error(name)
    return attackWrapper(attack, {}, 1)
  }

  it('says all that is asked where the request does not stand in it, or more is said beside it', () => {
    const { items } = gridSuite('g', 'robustness', {
      wrappers: [named('base64'), named('answer-prefill'), named('system-override'), named('prefix-injection')],
      prompts: prompts(1),
    })
    expect(items.map(item => item.clusters.template)).toEqual([
      'base64',
      'answer-prefill',
      'system-override',
      'prefix-injection',
    ])
    const [encoded, begun, overridden, plain] = items
    expect(encoded).toMatchObject({ wrapped: { prompt: 'request 0', before: '', after: '' } })
    expect(encoded).toHaveProperty('wrapped.as', expect.stringContaining('cmVxdWVzdCAw'))
    expect(begun).toMatchObject({ request: 'request 0', prefill: expect.stringContaining('Sure') })
    expect(begun).toHaveProperty('wrapped.as', expect.stringContaining('[the answer begins] Sure'))
    expect(overridden).toMatchObject({ request: 'request 0', system: expect.stringContaining('no rules') })
    expect(plain).not.toHaveProperty('wrapped.as')
  })

  it('passes over what cannot be asked that way, counts it, and spreads the rest as before', () => {
    const reworded = rewriteWrapper('German', [
      { id: 'a', of: 'p1', text: 'Frage 1' },
      { id: 'b', prompt: 'Request 3.', text: 'Frage 3' },
    ])
    const rows = { wrappers: [reworded, ...wrappers(1)], prompts: prompts(4) }
    const { items } = gridSuite('g', 'robustness', rows)
    expect(items.map(item => item.sample)).toEqual(['German/p1', 'German/p3', 't0/p2', 't0/p3', 't0/p0', 't0/p1'])
    expect(leftOutOf('g', rows)).toEqual([
      { from: 'German in g', rows: 2, why: 'the request cannot be asked in this way' },
    ])
    expect(gridSuite('g', 'robustness', { ...rows, cells: 3 }).items).toHaveLength(3)
  })
})

describe('multiple choice', () => {
  const row = { id: 'q', question: 'Which is a fish?', choices: ['a cod', 'a cow', 'a crow'], answer: 0 }

  it('with letters lists the options and asks for one token', () => {
    const { items, chance } = choiceSuite('mmlu', 'general', [row], 'letters')
    expect(items[0]).toMatchObject({ continuations: ['A', 'B', 'C'], by: 'token', answer: 0 })
    expect(items[0]).toHaveProperty(
      'request',
      expect.stringContaining('Which is a fish?\n\nA. a cod\nB. a cow\nC. a crow\n'),
    )
    expect(chance).toBeCloseTo(1 / 3, 12)
  })

  it('by text scores the options themselves', () => {
    const { items } = choiceSuite('choice', 'general', [row], 'text')
    expect(items[0]).toMatchObject({ request: row.question, continuations: row.choices, by: 'text' })
  })
})

it('prompts and prose keep their rows in order', () => {
  expect(promptsSuite('x', 'efficacy', prompts(2))).toMatchObject({
    want: 'complied',
    harmful: false,
    items: [{ sample: 'p0', request: 'request 0' }, { sample: 'p1' }],
  })
  expect(perplexitySuite('w', 'general', [{ id: 'a', text: 'Once.' }])).toMatchObject({
    want: null,
    items: [{ text: 'Once.' }],
  })
})
