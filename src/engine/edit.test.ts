import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ablate, add, editRow, relativeChange, shift } from './edit.ts'

const WIDTH = 8
const value = fc.double({ min: -10, max: 10, noNaN: true }).map(Math.fround)
const row = fc.array(value, { minLength: WIDTH, maxLength: WIDTH }).map(values => Float32Array.from(values))
const unit = row
  .filter(values => Math.hypot(...values) > 1e-2)
  .map(values => {
    const length = Math.hypot(...values)
    return values.map(component => component / length)
  })
const amount = fc.double({ min: -8, max: 8, noNaN: true })
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, component, i) => sum + component * b[i]!, 0)
const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((component, i) => component - b[i]!))

describe('edits of a row', () => {
  test('add moves a state by the amount, along the direction', () => {
    fc.assert(
      fc.property(row, unit, amount, (state, direction, by) => {
        const edited = state.slice()
        add(edited, 0, direction, by)
        expect(distance(edited, state)).toBeCloseTo(Math.abs(by), 4)
        expect(dot(edited, direction) - dot(state, direction)).toBeCloseTo(by, 4)
      }),
    )
  })

  test('ablate at 1 leaves nothing along the direction and everything across it', () => {
    fc.assert(
      fc.property(row, unit, (state, direction) => {
        const edited = state.slice()
        ablate(edited, 0, direction, 1)
        expect(dot(edited, direction)).toBeCloseTo(0, 4)
        const along = dot(state, direction)
        expect(dot(edited, edited)).toBeCloseTo(dot(state, state) - along * along, 2)
      }),
    )
  })

  test('ablate at 2 mirrors, twice is where it was', () => {
    const state = Float32Array.from([1, 2, 3])
    const direction = Float32Array.from([0, 1, 0])
    ablate(state, 0, direction, 2)
    expect([...state]).toEqual([1, -2, 3])
    ablate(state, 0, direction, 2)
    expect([...state]).toEqual([1, 2, 3])
  })

  test('neighbouring rows do not change', () => {
    fc.assert(
      fc.property(row, row, row, unit, amount, fc.constantFrom(add, ablate), (a, b, c, direction, by, edit) => {
        const states = Float32Array.from([...a, ...b, ...c])
        edit(states, WIDTH, direction, by)
        expect([...states.subarray(0, WIDTH)]).toEqual([...a])
        expect([...states.subarray(2 * WIDTH)]).toEqual([...c])
      }),
    )
  })

  test('the change told is the change made', () => {
    fc.assert(
      fc.property(row, unit, amount, fc.constantFrom('add', 'ablate'), (state, direction, by, edit) => {
        const edited = state.slice()
        const told = shift(edit, state, 0, direction, by)
        const relative = editRow(edited, 0, [{ edit, unit: direction, amount: by }], new Float32Array(WIDTH))
        expect(told).toBeCloseTo(distance(edited, state), 3)
        expect(relative).toBe(relativeChange(edit, state, 0, direction, by))
      }),
    )
  })

  test('a zero row: nothing moved is 0, not NaN', () => {
    const direction = Float32Array.from([1, 0])
    expect(relativeChange('ablate', new Float32Array(2), 0, direction, 1)).toBe(0)
    expect(relativeChange('add', new Float32Array(2), 0, direction, 1)).toBe(Number.POSITIVE_INFINITY)
  })

  test('several terms act in their order, and their change is told together', () => {
    fc.assert(
      fc.property(row, unit, unit, amount, (state, first, second, by) => {
        const edited = state.slice()
        const relative = editRow(
          edited,
          0,
          [
            { edit: 'add', unit: first, amount: by },
            { edit: 'ablate', unit: second, amount: 1 },
          ],
          new Float32Array(WIDTH),
        )
        const expected = state.slice()
        add(expected, 0, first, by)
        ablate(expected, 0, second, 1)
        expect([...edited]).toEqual([...expected])
        const length = Math.hypot(...state)
        if (length > 1e-3) expect(relative).toBeCloseTo(distance(edited, state) / length, 4)
      }),
    )
  })

  test('no term, no change', () => {
    const state = Float32Array.from([1, 2])
    expect(editRow(state, 0, [], new Float32Array(2))).toBe(0)
    expect([...state]).toEqual([1, 2])
  })
})
