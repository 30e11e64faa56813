import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addScaled, addScaledTo, norm } from './row.ts'

const rows = fc.integer({ min: 1, max: 70 }).chain(width =>
  fc.record({
    states: fc.float32Array({ minLength: width + 5, maxLength: width + 5, noNaN: true, min: -1e6, max: 1e6 }),
    unit: fc.float32Array({ minLength: width, maxLength: width, noNaN: true, min: -1, max: 1 }),
    offset: fc.integer({ min: 0, max: 5 }),
    amount: fc.float({ noNaN: true, min: -1e6, max: 1e6 }),
  }),
)

it('addScaledTo does to the row what addScaled does, bit by bit, and tells its length before', () => {
  fc.assert(
    fc.property(rows, ({ states, unit, offset, amount }) => {
      const expected = states.slice()
      addScaled(expected, offset, unit, amount)
      const length = norm(states, offset, unit.length)
      expect(addScaledTo(states, offset, unit, amount)).toBe(length)
      expect(states).toEqual(expected)
    }),
  )
})
