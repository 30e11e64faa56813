import { expect, test } from 'vitest'
import { net } from './net.ts'
import { bestPoint } from './select.ts'

test('what is equal as counts is equal', () => {
  for (const n of [20, 24, 40, 74, 100]) {
    for (let control = 0; control <= n; control++) {
      for (let more = 0; control + more <= n; more++)
        expect(net({ target: (control + more) / n, control: control / n })).toBe(net({ target: more / n, control: 0 }))
    }
  }
  expect(0.3 - 0.1).not.toBe(0.2)
  expect(net({ target: 0.3, control: 0.1 })).toBe(net({ target: 0.2, control: 0 }))
})

test('of equals the smaller strength is taken', () => {
  const points = [
    { layer: 3, strength: 4, score: net({ target: 0.2, control: 0 }) },
    { layer: 3, strength: 0.5, score: net({ target: 0.3, control: 0.1 }) },
  ]
  expect(bestPoint(points).strength).toBe(0.5)
})
