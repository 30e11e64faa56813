import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resultFixture } from '../../../../test/support/result-fixture.ts'
import { spread, strengthCurves } from './curve.ts'
import { intervalMark } from './interval.ts'
import { pointScale, position } from './scale.ts'
import { frontLine, frontSentence, tradeOff } from './trade-off.ts'

const share = fc.double({ min: -1, max: 1, noNaN: true })

test('a scale has round ends, zero among its ticks, and room for everything', () => {
  fc.assert(
    fc.property(fc.array(share), values => {
      const scale = pointScale(values)
      expect(scale.ticks).toContain(0)
      expect(scale.ticks.at(0)).toBe(scale.from)
      expect(scale.ticks.at(-1)).toBe(scale.to)
      expect(scale.ticks.length).toBeLessThanOrEqual(11)
      for (const value of values) {
        expect(position(scale, value)).toBeGreaterThanOrEqual(-1e-9)
        expect(position(scale, value)).toBeLessThanOrEqual(1 + 1e-9)
      }
    }),
  )
})

test('values that are no numbers do not spoil a scale', () => {
  expect(pointScale([Number.NaN, Number.POSITIVE_INFINITY, 0.3])).toEqual(pointScale([0.3]))
})

const scale = { from: -0.2, to: 0.4, ticks: [-0.2, 0, 0.2, 0.4] }

test('an interval inside the plot', () => {
  const mark = intervalMark({ change: 0.1, ci: [-0.05, 0.25], margin: 0.05, state: 'undecided' }, true, scale)
  expect(mark.low).toBeCloseTo(0.25)
  expect(mark.mark).toBeCloseTo(0.5)
  expect(mark.high).toBeCloseTo(0.75)
  expect(mark.line).toBeCloseTo(0.25)
  expect(mark.zero).toBeCloseTo(1 / 3)
  expect([mark.leavesLow, mark.leavesHigh]).toEqual([null, null])
})

test('a property that is sought has no line', () => {
  expect(intervalMark({ change: 0, ci: [0, 0], margin: 0.05, state: 'works' }, false, scale).line).toBeNull()
})

test('an interval that leaves the plot names its bound, or the change where that is outside too', () => {
  const partly = intervalMark({ change: 0.3, ci: [0.2, 0.5], margin: 0.05, state: 'works' }, true, scale)
  expect(partly).toMatchObject({ high: 1, leavesLow: null, leavesHigh: 0.5 })
  const wholly = intervalMark({ change: -0.5, ci: [-0.6, -0.4], margin: 0.05, state: 'broken' }, true, scale)
  expect(wholly).toMatchObject({ low: 0, high: 0, mark: null, leavesLow: -0.5, leavesHigh: null })
})

test('curves start at the unsteered baseline and ascend in strength', () => {
  const [selection] = resultFixture().selections
  const curves = strengthCurves(selection!)
  expect(curves.layers.map(({ layer }) => layer)).toEqual([2, 3, 4, 5, 6, 7])
  expect(curves.layers.filter(({ chosen }) => chosen).map(({ layer }) => layer)).toEqual([5])
  for (const { points } of curves.layers) {
    expect(points.map(({ strength }) => strength)).toEqual([0, 0.5, 1, 2, 3, 4])
    expect(points[0]).toMatchObject(selection!.baseline)
  }
  expect(curves.chosen).toMatchObject({ layer: 5, strength: 2 })
})

test('labels are moved apart and stay inside', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 4 }), positions => {
      const placed = spread(positions, 20, 0, 100).toSorted((a, b) => a - b)
      expect(placed).toHaveLength(positions.length)
      placed.forEach((at, i) => {
        expect(at).toBeGreaterThanOrEqual(-1e-9)
        expect(at).toBeLessThanOrEqual(100 + 1e-9)
        if (i > 0) expect(at - placed[i - 1]!).toBeGreaterThanOrEqual(20 - 1e-9)
      })
    }),
  )
})

test('the front is made of the methods that no other beats on gain and cost alike', () => {
  const [like] = resultFixture().conditions.filter(({ role }) => role === 'method')
  const deciding = like && [like.axes.efficacy.suites[0], like.axes.control.suites[0]]
  const [gainSuite, costSuite] = deciding ?? []
  if (like === undefined || gainSuite === undefined || costSuite === undefined) throw new Error('no method')
  const none = { state: 'holds', decidedBy: null, suites: [] } as const
  const at = (role: 'method' | 'reference', gain: number, cost: number, i: number) => {
    const efficacy = { ...none, suites: [{ ...gainSuite, change: gain }] }
    const control = { ...none, suites: [{ ...costSuite, change: cost, state: 'holds' as const }] }
    return { ...like, name: `m${i}`, role, axes: { efficacy, general: none, control, robustness: none } }
  }
  // Few values, so that ties are common.
  const value = fc.integer({ min: -3, max: 3 }).map(n => n / 10)
  const role = fc.constantFrom('method' as const, 'reference' as const)
  fc.assert(
    fc.property(fc.array(fc.tuple(role, value, value), { minLength: 1, maxLength: 8 }), placed => {
      const conditions = placed.map(([of, gain, cost], i) => at(of, gain, cost, i))
      const points = tradeOff(conditions)?.points ?? []
      expect(points).toHaveLength(placed.length)
      const methods = points.filter(({ condition }) => condition.role === 'method')
      const front = methods.filter(point => point.front)
      expect(points.filter(point => point.front)).toEqual(front)
      expect(front.length > 0).toBe(methods.length > 0)
      for (const one of methods) {
        const beaten = front.some(
          other =>
            other.gain >= one.gain && other.worst >= one.worst && other.gain + other.worst > one.gain + one.worst,
        )
        expect(one.front).toBe(!beaten)
      }
      const line = frontLine(points)
      for (const [i, [x, y]] of line.entries()) {
        const [nextX = x, nextY = y] = line[i + 1] ?? []
        // To the right or down, and never both at once.
        expect(nextX).toBeGreaterThanOrEqual(x)
        expect(nextY).toBeLessThanOrEqual(y)
        expect(nextX === x || nextY === y).toBe(true)
      }
      expect(frontSentence(conditions) === null).toBe(methods.length < 2)
    }),
  )
})
