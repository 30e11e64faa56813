import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toDirection } from './vector.ts'

const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0))
const component = fc.double({ min: -1e6, max: 1e6, noNaN: true })

describe('a direction', () => {
  it('is a unit vector and a scale that give back what it was made of', () => {
    const values = fc.float64Array({ minLength: 1, maxLength: 64, min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(
        values.filter(vector => norm(vector) > 1e-6),
        vector => {
          const { unit, scale } = toDirection(vector, 'A vector')
          expect(norm(unit)).toBeCloseTo(1, 6)
          expect(scale).toBeCloseTo(norm(vector), 6)
          for (const [i, value] of vector.entries())
            expect(Math.abs(unit[i]! * scale - value)).toBeLessThan(1e-6 * scale)
        },
      ),
    )
  })

  it('keeps its sign and does not depend on the length', () => {
    fc.assert(
      fc.property(fc.tuple(component, component, fc.double({ min: 1e-3, max: 1e3, noNaN: true })), ([a, b, factor]) => {
        fc.pre(norm([a, b]) > 1e-3)
        const once = toDirection(Float64Array.of(a, b), 'A vector').unit
        const longer = toDirection(Float64Array.of(a * factor, b * factor), 'A vector').unit
        const opposite = toDirection(Float64Array.of(-a, -b), 'A vector').unit
        for (const i of [0, 1]) {
          expect(longer[i]).toBeCloseTo(once[i]!, 6)
          expect(opposite[i]! + once[i]!).toBe(0)
        }
      }),
    )
  })

  it.each([
    ['nothing', []],
    ['zeros', [0, -0]],
    ['no numbers', [1, Number.NaN]],
    ['infinity', [1, Number.POSITIVE_INFINITY]],
  ])('is not made of %s', (_, values) => {
    const make = () => toDirection(Float64Array.from(values), 'The mean')
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-input', message: 'The mean has no direction' }))
  })
})
