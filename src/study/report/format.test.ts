import { expect, test } from 'vitest'
import { resultFixture } from '../../../test/support/result-fixture.ts'
import { decidingInterval, duration, points, pValue, ratio, share, unbroken } from './format.ts'

test('points have a real minus sign, and zero has none', () => {
  expect([0.466, -0.036, -0.001, 0.004, 0, -0].map(value => points(value))).toEqual(['+47', '−4', '0', '0', '0', '0'])
  expect(points(-0.0364, 1)).toBe('−3.6')
})

test('no line breaks before a per cent sign', () => {
  expect(unbroken('19 % and 0 %, of 3 % more')).toBe('19\u00a0% and 0\u00a0%, of 3\u00a0% more')
})

test('what is no number is a dash', () => {
  expect([points(Number.NaN), share(Number.NaN), ratio(Number.POSITIVE_INFINITY), pValue(null)]).toEqual(
    Array(4).fill('–'),
  )
})

test('rounding never puts a bound onto the value that decides', () => {
  const [suite] = resultFixture(['over']).conditions[0]!.axes.control.suites
  const at = (ci: [number, number], state: 'holds' | 'works' | 'undecided') =>
    decidingInterval({ ...suite!, margin: 0.05, ci, state })
  expect(at([-0.046, 0.02], 'holds')).toBe('[−4.6, +2]')
  expect(at([-0.04996, 0.02], 'holds')).toBe('[−4.996, +2]')
  expect(at([-0.07, -0.0451], 'undecided')).toBe('[−7, −4.5]')
  expect(at([-0.05, 0.02], 'undecided')).toBe('[−5, +2]')
  expect(at([0.003, 0.2], 'works')).toBe('[+0.3, +20]')
})

test('durations', () => {
  expect([31, 360, 7200].map(duration)).toEqual(['31 s', '6 min', '2 h 0 min'])
})
