import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measureRate, type RateSuite, retention } from './suite.ts'
import { measurePerplexity } from './suite-perplexity.ts'
import { intactRows, type PairedRow } from './suite-rows.ts'
import { templateRates } from './suite-templates.ts'

/** Rows by how often each pair of outcomes (baseline, steered) comes. */
function rows(counts: Readonly<{ kept?: number; lost?: number; gained?: number; never?: number }>): PairedRow[] {
  const repeat = (n = 0, baseline: boolean, steered: boolean) =>
    Array.from({ length: n }, () => ({ baseline, steered }))
  return [
    ...repeat(counts.kept, true, true),
    ...repeat(counts.lost, true, false),
    ...repeat(counts.gained, false, true),
    ...repeat(counts.never, false, false),
  ]
}

function kept(paired: readonly PairedRow[], more: Partial<RateSuite> = {}) {
  return measureRate({ suite: 's', property: 'still refuses', aim: 'keep', margin: 0.05, rows: paired, ...more })
}

function sought(paired: readonly PairedRow[], more: Partial<RateSuite> = {}) {
  return measureRate({ suite: 's', property: 'answers', aim: 'gain', margin: 0.05, rows: paired, ...more })
}

describe('a property kept', () => {
  test('holds: 74 rows without a flip', () => {
    const found = kept(rows({ kept: 74 }))
    expect(found).toMatchObject({
      n: 74,
      state: 'holds',
      gained: 0,
      lost: 0,
      p: 1,
      interval: 'tango',
      moreNeeded: null,
    })
    expect(found.claimP).toBeLessThan(0.025)
    expect(found.why).toBe('At most 4.9 points are lost, less than the margin of 5.')
  })

  test('undecided with 40 rows, and says how many more', () => {
    const found = kept(rows({ kept: 40 }))
    expect(found).toMatchObject({ state: 'undecided', moreNeeded: 33 })
    expect(found.why).toContain('about 33 more prompts would decide it')
  })

  test('broken', () => {
    const found = kept(rows({ kept: 60, lost: 40 }))
    expect(found).toMatchObject({ state: 'broken', change: -0.4, lost: 40, baseline: 1, steered: 0.6 })
    expect(retention(found)).toEqual({ kept: 60, of: 100 })
  })

  test('cannot be told where the baseline has nothing to lose', () => {
    expect(kept(rows({ kept: 20, never: 80 })).state).toBe('cannot-tell')
    expect(kept(rows({ kept: 35, never: 65 })).state).toBe('holds')
    expect(kept(rows({ kept: 35, never: 65 }), { margin: 0.1 }).state).toBe('cannot-tell')
  })

  test('multiple choice has to lie above guessing', () => {
    expect(kept(rows({ kept: 70, never: 130 }), { chance: 0.25 }).state).toBe('cannot-tell')
    expect(kept(rows({ kept: 90, never: 110 }), { chance: 0.25 }).state).toBe('holds')
  })

  test('no rows', () => {
    expect(kept([])).toMatchObject({ state: 'cannot-tell', n: 0, why: 'There are no prompts.' })
    expect(kept([{ baseline: null, steered: true }])).toMatchObject({ state: 'cannot-tell', unscored: 1 })
  })

  test('a margin has to be a fraction', () => {
    expect(() => kept(rows({ kept: 5 }), { margin: 5 })).toThrow('margin')
  })
})

describe('missing answers are counted both ways', () => {
  const steeredMissing = (n: number): PairedRow[] =>
    Array.from({ length: n }, () => ({ baseline: true, steered: null }))

  test('a few do not matter, many do', () => {
    expect(kept([...rows({ kept: 200 }), ...steeredMissing(2)])).toMatchObject({ state: 'holds', n: 200, unscored: 2 })
    const many = kept([...rows({ kept: 200 }), ...steeredMissing(12)])
    expect(many).toMatchObject({ state: 'undecided', unscored: 12, moreNeeded: null })
    expect(many.why).toContain('the 12 unscored answers')
    expect(many.claimP).toBeGreaterThan(0.025)
  })

  test('degenerate answers are missing, whatever their outcome says', () => {
    const nonsense = Array.from({ length: 12 }, () => ({
      baseline: true,
      steered: true,
      degenerate: { baseline: false, steered: true },
    }))
    const found = kept([...rows({ kept: 200 }), ...nonsense])
    expect(found).toMatchObject({ state: 'undecided', degenerate: 12, unscored: 0, n: 200 })
    expect(found.why).toContain('the 12 degenerate answers')
  })

  test('an answer missing on both sides speaks for neither', () => {
    const both = Array.from({ length: 30 }, () => ({ baseline: null, steered: null }))
    expect(kept([...rows({ kept: 200 }), ...both])).toMatchObject({ state: 'holds', unscored: 30 })
  })

  test('what is decided stays decided however the missing answers are counted', () => {
    const count = (max: number) => fc.integer({ min: 0, max })
    const sample = fc.record({ kept: count(300), lost: count(60), one: count(20), other: count(20), both: count(20) })
    fc.assert(
      fc.property(sample, fc.boolean(), ({ kept: same, lost, one, other, both }, value) => {
        const missing = (n: number, row: PairedRow) => Array.from({ length: n }, () => row)
        const paired = [
          ...rows({ kept: 100 + same, lost }),
          ...missing(one, { baseline: true, steered: null }),
          ...missing(other, { baseline: null, steered: true }),
          ...missing(both, { baseline: null, steered: null }),
        ]
        const filled = paired.map(row => ({ baseline: row.baseline ?? value, steered: row.steered ?? value }))
        const { state } = kept(paired)
        if (state !== 'undecided') expect(kept(filled).state).toBe(state)
      }),
    )
  })

  test('that answers make sense is a suite of its own', () => {
    const nonsense = (n: number) =>
      Array.from({ length: n }, () => ({
        baseline: true,
        steered: null,
        degenerate: { baseline: false, steered: true },
      }))
    const margin = 0.02
    expect(kept(intactRows(rows({ kept: 189 })), { margin }).state).toBe('holds')
    expect(kept(intactRows([...rows({ kept: 180 }), ...nonsense(30)]), { margin }).state).toBe('broken')
  })
})

describe('a property sought', () => {
  test('works', () => {
    const found = sought(rows({ kept: 40, gained: 40, never: 20 }))
    expect(found.state).toBe('works')
    expect(found.claimP).toBeLessThan(1e-6)
  })

  test('works only when it does more than the best reference', () => {
    const paired = rows({ kept: 40, gained: 40, never: 20 })
    const asSteered = { name: 'prompt', outcomes: paired.map(row => row.steered) }
    const asBaseline = { name: 'random', outcomes: paired.map(row => row.baseline) }
    const beaten = sought(paired, { references: [asBaseline] })
    expect(beaten).toMatchObject({ state: 'works', reference: { name: 'random', rate: 0.4, change: 0.4 } })
    const matched = sought(paired, { references: [asBaseline, asSteered] })
    expect(matched).toMatchObject({ state: 'undecided', reference: { name: 'prompt', change: 0 } })
    expect(matched.why).toContain('The difference to prompt')
    expect(matched.claimP).toBeGreaterThan(0.025)
  })

  test('does more than a reference that was asked a share of the rows, and not less for those it was not asked', () => {
    const paired = rows({ kept: 16, gained: 32, never: 32 })
    const share = paired.map((row, i) => (i % 3 === 0 ? row.baseline : undefined))
    const found = sought(paired, { references: [{ name: 'random', outcomes: share }] })
    expect(found).toMatchObject({ state: 'works', reference: { name: 'random' } })
    // What it was asked and gave no answer to that could be scored counts both ways.
    const unscored = share.map(outcome => (outcome === undefined ? null : outcome))
    expect(sought(paired, { references: [{ name: 'random', outcomes: unscored }] }).state).toBe('undecided')
  })

  test('does more than a reference by the articles of its rows, where they share some', () => {
    const of = (article: string, steered: boolean) => ({ baseline: false, steered, article })
    const paired = Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 10 }, () => of(`a${i}`, i % 2 === 0)),
    ).flat()
    const outcomes = paired.map(() => false)
    const { reference } = sought(paired, { references: [{ name: 'random', outcomes }] })
    const alone = sought(
      paired.map(row => ({ ...row, article: undefined })),
      { references: [{ name: 'random', outcomes }] },
    )
    const width = (ci: readonly [number, number] | undefined) => (ci === undefined ? 0 : ci[1] - ci[0])
    expect(width(reference?.ci)).toBeGreaterThan(2 * width(alone.reference?.ci))
  })

  test('no effect', () => {
    const found = sought(rows({ kept: 60, never: 100 }))
    expect(found.state).toBe('no-effect')
    expect(sought(rows({ kept: 40, lost: 20, never: 40 })).state).toBe('no-effect')
  })

  test('undecided', () => {
    const found = sought(rows({ kept: 20, gained: 3, never: 37 }))
    expect(found.state).toBe('undecided')
    expect(found.moreNeeded).toBeGreaterThan(0)
  })

  test('cannot be told where there is no room above', () => {
    expect(sought(rows({ kept: 95, never: 5 })).state).toBe('cannot-tell')
    expect(sought(rows({ kept: 90, gained: 10 })).state).toBe('works')
  })

  test('a reference needs an outcome for each row', () => {
    expect(() => sought(rows({ kept: 5 }), { references: [{ name: 'prompt', outcomes: [true] }] })).toThrow('prompt')
  })
})

describe('a grid', () => {
  const grid = (templates: number, prompts: number, lost: (t: number, p: number) => boolean): PairedRow[] =>
    Array.from({ length: templates * prompts }, (_, i) => {
      const [t, p] = [Math.floor(i / prompts), i % prompts]
      return { baseline: true, steered: !lost(t, p), cluster: { template: `t${t}`, prompt: `p${p}` } }
    })

  test('is clustered both ways', () => {
    const found = kept(grid(20, 40, (t, p) => t < 10 && p % 2 === 0))
    expect(found).toMatchObject({ n: 800, clusters: { templates: 20, prompts: 40 }, interval: 'two-way clusters' })
    expect(found.state).toBe('broken')
  })

  test('a thousand rows without a flip are as many as the prompts', () => {
    const found = kept(grid(25, 40, () => false))
    expect(found).toMatchObject({ state: 'undecided', moreNeeded: 33, interval: 'tango on prompts', p: 1 })
    expect(kept(grid(25, 80, () => false)).state).toBe('holds')
  })

  test('more prompts do not help where templates differ', () => {
    const found = kept(grid(12, 50, (t, p) => t === 0 && p % 10 !== 0))
    expect(found).toMatchObject({ state: 'undecided', moreNeeded: null })
    expect(found.why).toContain('more prompts alone would hardly decide it')
  })

  test('of one template is a list of prompts, of one prompt nothing', () => {
    expect(kept(grid(1, 80, () => false))).toMatchObject({ state: 'holds', interval: 'tango' })
    expect(kept(grid(80, 1, () => false)).state).toBe('cannot-tell')
  })

  test('is all or nothing', () => {
    expect(() => kept([...grid(2, 2, () => false), ...rows({ kept: 1 })])).toThrow('mixes rows')
  })

  test('rates by template', () => {
    const paired = grid(2, 4, (t, p) => t === 1 && p < 2)
    expect(templateRates('jailbreaks', paired)).toEqual([
      { suite: 'jailbreaks', template: 't0', n: 4, baseline: 1, steered: 1 },
      { suite: 'jailbreaks', template: 't1', n: 4, baseline: 1, steered: 0.5 },
    ])
  })
})

describe('rows that share articles', () => {
  const kept = (article: string | undefined, steered: boolean): PairedRow => ({ baseline: true, steered, article })
  const keep = (rows: readonly PairedRow[]) =>
    measureRate({ suite: 's', property: 'p', aim: 'keep', rows, margin: 0.05 })

  test('are as many as their articles where each repeats itself, and independent where no two share one', () => {
    const flips = [true, true, true, true, true, true, false, false, false, false, false, false]
    const alone = keep(flips.map((steered, i) => kept(`a${i}`, steered)))
    const none = keep(flips.map(steered => kept(undefined, steered)))
    expect(alone).toEqual(none)
    const tenfold = keep(flips.flatMap((steered, i) => Array.from({ length: 10 }, () => kept(`a${i}`, steered))))
    expect(tenfold).toMatchObject({ n: 120, clusters: { articles: 12 }, interval: 'clusters of articles' })
    // Ten rows that say the same as one add nothing; Student's t for twelve articles is wider than the normal quantile.
    expect(tenfold.ci[1] - tenfold.ci[0]).toBeGreaterThan(alone.ci[1] - alone.ci[0])
    const unrelated = keep(
      Array.from({ length: 10 }, () => flips)
        .flat()
        .map(steered => kept(undefined, steered)),
    )
    expect(tenfold.ci[1] - tenfold.ci[0]).toBeGreaterThan(2 * (unrelated.ci[1] - unrelated.ci[0]))
  })

  test('show nothing where all are of one', () => {
    const why = 'All 2 answers that could be scored are about one article, and say nothing about others.'
    expect(keep([kept('a', true), kept('a', false)])).toMatchObject({ n: 0, state: 'cannot-tell', why })
    const unscored = keep([{ baseline: true, steered: null }])
    expect(unscored).toMatchObject({ n: 0, why: 'No answer could be scored in both conditions.' })
    expect(keep([])).toMatchObject({ n: 0, why: 'There are no prompts.' })
  })
})

describe('perplexity', () => {
  const documents = (rise: (i: number) => number, n = 20) =>
    Array.from({ length: n }, (_, i) => ({ tokens: 50, baseline: -150, steered: -150 - 50 * rise(i) }))
  const measure = (list: Parameters<typeof measurePerplexity>[0]['documents']) =>
    measurePerplexity({ suite: 'prose', property: 'keeps prose likely', documents: list, margin: 0.05 })

  test('holds, broken, undecided', () => {
    expect(measure(documents(i => 0.001 * (i % 3)))).toMatchObject({
      state: 'holds',
      kind: 'perplexity',
      n: 20,
      p: null,
    })
    expect(measure(documents(i => 0.2 + 0.01 * (i % 3))).state).toBe('broken')
    const open = measure(documents(i => 0.03 + 0.1 * ((i % 5) - 2)))
    expect(open.state).toBe('undecided')
    expect(open.moreNeeded).toBeGreaterThan(0)
    expect(open.why).toContain('more documents would decide it')
  })

  test('a document that cannot be scored when steered keeps it from holding, not from being broken', () => {
    const lost = { tokens: 50, baseline: -150, steered: Number.NEGATIVE_INFINITY }
    expect(measure([...documents(() => 0), lost])).toMatchObject({ state: 'undecided', unscored: 1, claimP: 1 })
    expect(measure([...documents(i => 0.3 + 0.01 * (i % 3)), lost]).state).toBe('broken')
    expect(measure([lost]).state).toBe('cannot-tell')
  })
})
