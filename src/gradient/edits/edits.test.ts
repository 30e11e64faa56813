import { describe, expect, test } from 'vitest'
import { createRandom } from '../../random.ts'
import { editOf, type Sequence, type TrainableSpec } from './index.ts'

const width = 6
const random = createRandom(5, 'edits')
const values = (count: number) => Array.from({ length: count }, () => 2 * random.next() - 1)
const sequence: Sequence = { width, states: Float32Array.from(values(7 * width)), rows: [1, 2, 4, 5, 6] }
/** The gradient by the changed states; the loss is then its product with them. */
const pull = Float32Array.from(values(7 * width))

const specs: readonly TrainableSpec[] = [
  { kind: 'add', start: Float64Array.from(values(width)) },
  { kind: 'reft-r1', start: Float64Array.from(values(width)), top: 2, penalty: 0.3 },
  { kind: 'loreft', start: Float64Array.from(values(2 * (2 * width + 1))), rank: 2 },
]

describe.each(specs)('$kind', spec => {
  test('changes the rows that it acts on, and no other', () => {
    const changed = editOf(spec).apply(sequence)
    const differs = Array.from({ length: 7 }, (_, row) =>
      changed.subarray(row * width, (row + 1) * width).some((value, i) => value !== sequence.states[row * width + i]),
    )
    expect(differs).toEqual([false, true, true, false, true, true, true])
  })

  test('has the gradient that finite differences have, penalty included', () => {
    const weight = 0.7
    const edit = editOf(spec)
    // Away from where it starts, where coordinates may be 0.
    const at = Float64Array.from(edit.parameters, value => value + random.next() - 0.5)
    const lossAt = (parameters: Float64Array) => {
      edit.parameters.set(parameters)
      const changed = edit.apply(sequence)
      const penalty = edit.penalty?.(sequence, weight, new Float64Array(at.length)) ?? 0
      return changed.reduce((sum, value, i) => sum + value * pull[i]!, 0) + penalty
    }
    edit.parameters.set(at)
    const gradient = new Float64Array(at.length)
    edit.back(sequence, pull, gradient)
    edit.penalty?.(sequence, weight, gradient)
    const step = 1e-3
    const found = Array.from(gradient, (_, i) => {
      const moved = (by: number) => lossAt(at.map((value, j) => (i === j ? value + by : value)))
      return (moved(step) - moved(-step)) / (2 * step)
    })
    for (const [i, value] of found.entries()) expect(gradient[i]!).toBeCloseTo(value, 3)
  })
})

test('reft-r1 steps along the sphere', () => {
  const edit = editOf({ kind: 'reft-r1', start: Float64Array.from([3, 4, 0, 0, 0, 0]), top: 2, penalty: 0 })
  const gradient = Float64Array.from([0, 0, 10, 0, 0, 0])
  edit.beforeStep?.(gradient)
  expect(Array.from(edit.parameters, value => Number(value.toFixed(5)))).toEqual([0.6, 0.8, 0, 0, 0, 0])
  expect(gradient[2]).toBeCloseTo(1, 5)
  const along = Float64Array.from([6, 8, 0, 0, 0, 0])
  edit.beforeStep?.(along)
  expect(Math.abs(along[0]!)).toBeLessThan(1e-6)
})
