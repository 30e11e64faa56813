import { describe, expect, test } from 'vitest'
import fixtures from './fixtures.json' with { type: 'json' }
import {
  canDecide,
  decisionPower,
  minimumDetectable,
  minimumDetectableChange,
  nonInferiority,
  rowsForMargin,
  tangoAbove,
  tangoInterval,
} from './index.ts'

test.each(fixtures.planning)('power with $n rows, +$gained −$lost, agrees with a sum in scipy', row => {
  const found = decisionPower(row.n, row, row.line)
  expect(found.above).toBeCloseTo(row.above, 10)
  expect(found.below).toBeCloseTo(row.below, 10)
})

describe('rows for a margin', () => {
  test('without flips as many as canDecide says', () => {
    expect(rowsForMargin(0.05, { gained: 0, lost: 0 })).toBe(canDecide(1, 0.05).rowsNeeded)
    expect(rowsForMargin(0.02, { gained: 0, lost: 0 }, 0.99)).toBe(189)
  })

  test('flips ask for more, and what is found has the power', () => {
    const expected = { gained: 0.02, lost: 0.02 }
    const n = rowsForMargin(0.05, expected) ?? Number.NaN
    expect(n).toBeGreaterThan(73)
    expect(decisionPower(n, expected, -0.05).above).toBeGreaterThanOrEqual(0.8)
    expect(decisionPower(n - 1, expected, -0.05).above).toBeLessThan(0.8)
  })

  test('numbers between the last doubling and the most are looked at, too', () => {
    const expected = { gained: 0.115, lost: 0.115 }
    const n = rowsForMargin(0.01, expected) ?? Number.NaN
    expect(n).toBeGreaterThan(2 ** 14)
    expect(n).toBeLessThanOrEqual(20_000)
    expect(decisionPower(n, expected, -0.01).above).toBeGreaterThanOrEqual(0.8)
  })

  test('an expected loss of the margin is shown by no number', () => {
    expect(rowsForMargin(0.05, { gained: 0, lost: 0.05 })).toBeNull()
    expect(rowsForMargin(0.001, { gained: 0.5, lost: 0.5 })).toBeNull()
  })
})

describe('minimum detectable change', () => {
  test('about what the normal approximation says', () => {
    const found = minimumDetectableChange({ n: 250, baseRate: 0.5, discordance: 0.2 })
    expect(found.loss).toBeCloseTo(minimumDetectable(250, 0.2), 2)
    expect(found.gain).toBeCloseTo(found.loss ?? Number.NaN, 6)
  })

  test('is found with the power, and a little less is not', () => {
    const { loss } = minimumDetectableChange({ n: 120, baseRate: 0.9, discordance: 0 })
    const power = (lost: number) => decisionPower(120, { gained: 0, lost }, 0).below
    expect(power(loss ?? 0)).toBeGreaterThanOrEqual(0.8)
    expect(power((loss ?? 0) - 0.001)).toBeLessThan(0.8)
  })

  test('no more can be lost than there is', () => {
    expect(minimumDetectableChange({ n: 75, baseRate: 0.02, discordance: 0 }).loss).toBeNull()
    expect(minimumDetectableChange({ n: 75, baseRate: 0, discordance: 0 })).toMatchObject({ loss: null })
  })
})

describe('non-inferiority', () => {
  test('says the same as the interval', () => {
    const counts = { gained: 1, lost: 3, n: 189 }
    const found = nonInferiority(counts, 0.05)
    expect(found.p).toBe(tangoAbove(counts, -0.05))
    expect(found.lower).toBeCloseTo(tangoInterval(counts)[0], 12)
    expect(found.shown).toBe(found.lower > -0.05)
  })

  test('p is the smallest α whose one-sided interval stays above the line', () => {
    const counts = { gained: 0, lost: 2, n: 120 }
    const { p } = nonInferiority(counts, 0.05)
    expect(nonInferiority(counts, 0.05, p).lower).toBeCloseTo(-0.05, 8)
    expect(nonInferiority(counts, 0.05, p * 1.01).shown).toBe(true)
    expect(nonInferiority(counts, 0.05, p * 0.99).shown).toBe(false)
    expect(() => nonInferiority(counts, 0.05, 0.5)).toThrow('alpha')
  })
})

test('refuses shares that cannot be', () => {
  expect(() => decisionPower(10, { gained: 0.6, lost: 0.6 }, 0)).toThrow('gained + lost')
  expect(() => rowsForMargin(0, { gained: 0, lost: 0 })).toThrow('margin')
  expect(() => minimumDetectableChange({ n: 0, baseRate: 0.5, discordance: 0 })).toThrow('n is out of range')
})
