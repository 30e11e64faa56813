import { expect, test } from 'vitest'
import fixtures from './fixtures.json' with { type: 'json' }
import fromR from './fixtures-r.json' with { type: 'json' }
import { type Count, roganGladen, roganGladenChange, tangoInterval } from './index.ts'

const counted = ([count = Number.NaN, n = Number.NaN]: readonly number[]): Count => ({ count, n })
const cut = (value: number) => Math.min(1, Math.max(0, value))
const judge = { sensitivity: { count: 90, n: 100 }, specificity: { count: 95, n: 100 } }

test.each(fromR.prevalence)('$positive agrees with asht', row => {
  const found = roganGladen(counted(row.positive), {
    sensitivity: counted(row.sensitivity),
    specificity: counted(row.specificity),
  })
  expect(found.estimate).toBeCloseTo(cut(row.estimate), 12)
  expect(found.interval).toEqual(row.interval.map(bound => expect.closeTo(cut(bound), 10)))
})

test.each(fixtures.roganGladenChange)('change +$gained −$lost agrees with the roots of MOVER', row => {
  const found = roganGladenChange(row, {
    sensitivity: counted(row.sensitivity),
    specificity: counted(row.specificity),
  })
  expect(found.estimate).toBeCloseTo(row.estimate, 12)
  // Tango's bounds are roots to 1e-8 on the other side.
  expect(found.interval).toEqual(row.interval.map(bound => expect.closeTo(bound, 7)))
})

test('a change mirrors, and is wider than as the judge sees it', () => {
  const found = roganGladenChange({ gained: 3, lost: 20, n: 120 }, judge).interval
  const [lower, upper] = roganGladenChange({ gained: 20, lost: 3, n: 120 }, judge).interval
  expect(found).toEqual([expect.closeTo(-upper, 10), expect.closeTo(-lower, 10)])
  const [seen] = tangoInterval({ gained: 3, lost: 20, n: 120 })
  expect(found[0]).toBeLessThan(seen)
})

test('a judge that may be no better than a coin leaves all open; one that is not is refused', () => {
  const poor = { sensitivity: { count: 6, n: 10 }, specificity: { count: 6, n: 10 } }
  expect(roganGladenChange({ gained: 3, lost: 20, n: 120 }, poor).interval).toEqual([-1, 1])
  const coin = { sensitivity: { count: 5, n: 10 }, specificity: { count: 5, n: 10 } }
  expect(() => roganGladen({ count: 1, n: 10 }, coin)).toThrow('no better than a coin')
  expect(() => roganGladenChange({ gained: 0, lost: 0, n: 10 }, coin)).toThrow('no better than a coin')
  expect(() => roganGladen({ count: 11, n: 10 }, judge)).toThrow('count of positive')
})
