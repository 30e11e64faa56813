import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Labelled, placeLabels } from './labels.ts'

const size = { width: 560, top: 16, bottom: 272 }

test('a name stands to the right of its mark, and to the left of one near the right edge', () => {
  const marks: Labelled[] = [
    { x: 0.2, y: 100, text: 'diffmean' },
    { x: 0.95, y: 200, text: 'ssv' },
  ]
  expect(placeLabels(marks, size)).toEqual([
    { side: 'right', y: 100 },
    { side: 'left', y: 200 },
  ])
})

test('a name makes way for another mark, and for another name', () => {
  const beside: Labelled[] = [
    { x: 0.4, y: 100, text: 'linear-probe' },
    { x: 0.45, y: 100, text: 'ssv' },
  ]
  expect(placeLabels(beside, size)).toEqual([
    { side: 'left', y: 100 },
    { side: 'right', y: 100 },
  ])
  const [first, second] = placeLabels([beside[0]!, { ...beside[0]!, text: 'prompt' }], size)
  expect(first).not.toEqual(second)
})

test('up to six marks anywhere keep their names apart', () => {
  const mark = fc.record({
    x: fc.integer({ min: 0, max: 20 }).map(n => n / 20),
    y: fc.integer({ min: size.top, max: size.bottom }),
  })
  fc.assert(
    fc.property(fc.array(mark, { minLength: 1, maxLength: 6 }), placed => {
      const marks = placed.map((at, i) => ({ ...at, text: `name-${i}` }))
      const found = placeLabels(marks, size)
      expect(found).toHaveLength(marks.length)
      const boxes = found.map(({ side, y }, i) => {
        const at = (marks[i]?.x ?? 0) * size.width
        const left = side === 'right' ? at + 9 : at - 9 - 42
        return { left, right: left + 42, y }
      })
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) {
          const overlap = a.left < b.right && b.left < a.right && Math.abs(a.y - b.y) < 16
          expect(overlap).toBe(false)
        }
      }
    }),
  )
})
