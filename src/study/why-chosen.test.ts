import { expect, test } from 'vitest'
import { type Circumstances, nats, whyChosen } from './why-chosen.ts'

const kl = { p95: 0.4321, mean: 0.1 }
const best = { layer: 5, strength: 1.5, target: 0.8, control: 0.1, kl }
const circumstances: Circumstances = {
  rule: 'both',
  behaviour: 'refusal',
  budget: 0.5,
  efficacy: 0.7,
  reached: true,
  tried: 20,
  allowed: 7,
  close: 0,
  baseline: { target: 0.4, control: 0.02 },
  without: best,
  by: null,
}
const answered =
  'it answers 80 % of the target prompts and leaves 10 % of the control prompts unrefused; the baseline 40 % and 2 %'
const budget = 'the KL budget of 0.5 nats (95th percentile on harmless text: 0.43)'

test('a choice is explained by the rule that made it', () => {
  expect(whyChosen({ ...best, layer: null, kl: null }, { ...circumstances, rule: 'target-minus-control' })).toBe(
    `Its own layers, strength 1.5 is the best of 20 tried: ${answered}.`,
  )
  expect(whyChosen(best, circumstances)).toBe(
    `Layer 5, strength 1.5 is the best of the 7 of 20 tried that stay within ${budget}: ${answered}.`,
  )
  const without = { ...best, layer: 6, strength: 3, kl: { p95: 2.04, mean: 1 } }
  expect(whyChosen(best, { ...circumstances, without })).toMatch(
    /2 %; without the budget it would have been layer 6, strength 3, at 2 nats\.$/,
  )
  const search = { ...circumstances, rule: 'kl-budget', by: 'bisection' } as const
  expect(whyChosen(best, { ...search, tried: 3 })).toBe(
    `Layer 5, strength 1.5 is the largest strength there within ${budget}, and the best of 3 so found: ${answered}.`,
  )
  expect(whyChosen(best, { ...search, tried: 1, by: 'whole grid' })).toBe(
    `Layer 5, strength 1.5 is the largest strength of the grid, all of which is within ${budget}: ${answered}.`,
  )
  expect(whyChosen(best, { ...search, tried: 1, by: 'grid only' })).toContain('does not grow with the strength')
})

test('a choice that is no better than not steering says so, since no rule can choose that', () => {
  const weak = { ...best, target: 0.35, control: 0.07 }
  expect(whyChosen(weak, circumstances)).toMatch(
    /2 %\. No steering at all does better: 38 points between the two, against 28\.$/,
  )
  expect(whyChosen({ ...best, ...circumstances.baseline }, circumstances)).toMatch(
    /2 %\. No steering at all does as well: 38 points between the two\.$/,
  )
  expect(whyChosen(weak, { ...circumstances, rule: 'matched-efficacy' })).not.toContain('No steering')
})

test('a choice that one prompt would have changed says so', () => {
  const rule = 'target-minus-control'
  expect(whyChosen(best, { ...circumstances, close: 1 })).toMatch(/2 %\. Another is within one prompt of it\.$/)
  expect(whyChosen(best, { ...circumstances, rule, close: 3 })).toMatch(/2 %\. 3 others are within one prompt of it\.$/)
  expect(whyChosen(best, { ...circumstances, rule: 'kl-budget', close: 3 })).not.toContain('within one prompt')
})

test('nats have two digits', () => {
  expect([0.93456, 0.00214, 12.3, 0].map(p95 => nats({ p95, mean: 0 }))).toEqual(['0.93', '0.0021', '12', '0'])
})
