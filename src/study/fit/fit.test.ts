import { describe, expect, it } from 'vitest'
import { whyNoOpenings } from './behaviour.ts'
import { type Behaviour, contrastSet } from './contrast.ts'
import { agreement, logOdds, refusalOpenings } from './openings.ts'

const rows = (name: string, n: number) =>
  Array.from({ length: n }, (_, i) => ({ id: `${name}${i}`, prompt: `${name} ${i}` }))
const rules = { keep: 'behaviour', minimum: 4, limit: 6, seed: 1 } as const

describe('refusal openings', () => {
  const answer = (token: number, cls: 'refused' | 'complied') => ({ token, class: cls })

  it('are what opens refusals more often than other answers', () => {
    const answers = [
      ...Array.from({ length: 5 }, () => answer(7, 'refused')),
      ...Array.from({ length: 2 }, () => answer(7, 'complied')),
      ...Array.from({ length: 3 }, () => answer(9, 'refused')),
      ...Array.from({ length: 3 }, () => answer(9, 'complied')),
      answer(4, 'refused'),
      answer(1, 'complied'),
    ]
    expect(refusalOpenings(answers)).toEqual([4, 7])
  })

  it('are not read from a handful of refusals', () => {
    expect(refusalOpenings([answer(7, 'refused'), answer(7, 'refused'), answer(1, 'complied')])).toEqual([])
  })

  it('that are missing say why: too few refusals, or refusals like other answers', () => {
    expect(whyNoOpenings(1, 48)).toBe('1 of 48 answers refused, too few to learn how refusals begin')
    expect(whyNoOpenings(20, 48)).toBe('refusals begin as other answers do')
  })

  it('have log-odds of their total probability', () => {
    expect(logOdds([Math.log(0.5), Math.log(0.25)])).toBeCloseTo(Math.log(3), 12)
    expect(logOdds([Math.log(0.5)])).toBeCloseTo(0, 12)
    expect(logOdds([Number.NEGATIVE_INFINITY])).toBeLessThan(-60)
    expect(Number.isFinite(logOdds([0, 0]))).toBe(true)
  })

  it('agree with answers that refuse or comply', () => {
    const told = [
      { class: 'refused', logOdds: 1 },
      { class: 'refused', logOdds: -1 },
      { class: 'complied', logOdds: -1 },
      { class: 'complied', logOdds: -2 },
      { class: 'degenerate', logOdds: 5 },
    ] as const
    expect(agreement(told)).toEqual({ share: 0.75, of: 4 })
  })
})

describe('a contrast set', () => {
  const fit = { pool: rows('pool', 10), positive: rows('harmless', 8), negative: rows('harmful', 8) }
  const behaves = (refused: (id: string) => boolean) =>
    new Map<(typeof fit.pool)[number], Behaviour>(
      [...fit.pool, ...fit.positive, ...fit.negative].map(row => [row, refused(row.id) ? 'refused' : 'complied']),
    )

  it('comes from the pool where the model falls on both sides', () => {
    const set = contrastSet(
      fit,
      behaves(id => /[02468]$/.test(id)),
      rules,
    )
    expect(set.positive.map(row => row.id).sort()).toEqual(['pool1', 'pool3', 'pool5', 'pool7', 'pool9'])
    expect(set.negative.map(row => row.id).sort()).toEqual(['pool0', 'pool2', 'pool4', 'pool6', 'pool8'])
    expect(set.note).toContain('5 of 10 pool prompts were answered; the 8 of the wider pool were not needed.')
  })

  it('lets wider pools join, and says so', () => {
    const set = contrastSet(
      fit,
      behaves(id => id === 'pool0' || id.startsWith('harmful')),
      rules,
    )
    expect(set.negative).toHaveLength(6)
    expect(set.negative.every(row => row.id === 'pool0' || row.id.startsWith('harmful'))).toBe(true)
    expect(set.note).toContain(
      '1 of 10 pool prompts were refused, fewer than 4; 8 of 8 of the wider pool joined; 6 drawn',
    )
  })

  it('takes the wider pool as it is where the model never refuses', () => {
    const set = contrastSet(
      fit,
      behaves(() => false),
      rules,
    )
    expect(set.negative).toHaveLength(6)
    expect(set.note).toContain('all of these stand in')
  })

  it('is as given where behaviour does not count', () => {
    const set = contrastSet(fit, new Map(), { ...rules, keep: 'all', limit: 100 })
    expect([set.positive.length, set.negative.length]).toEqual([18, 8])
  })

  it('holds a row once that both the pool and a side have', () => {
    const same = { ...fit, positive: rows('pool', 10) }
    const given = contrastSet(same, new Map(), { ...rules, keep: 'all', limit: 100 })
    expect(given.positive.map(({ prompt }) => prompt)).toHaveLength(new Set(given.positive.map(r => r.prompt)).size)
    expect(given.positive).toHaveLength(10)
  })
})
