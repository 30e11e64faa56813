import { expect, test } from 'vitest'
import type { Flip, SuiteComparison } from '../../src/study/comparison/types.ts'
import { figuresOf } from '../../web/src/compare/figures.ts'

const suite = (values: Partial<SuiteComparison>): SuiteComparison => ({
  suite: 'harmless',
  axis: 'efficacy',
  extra: false,
  property: 'answers',
  kind: 'rate',
  n: 10,
  a: 0.5,
  b: 0.5,
  change: 0,
  ci: [0, 0],
  interval: 'tango',
  p: 1,
  lost: 0,
  gained: 0,
  unscored: 0,
  onlyA: 0,
  onlyB: 0,
  changed: 0,
  margin: 0.05,
  state: 'alike',
  why: '',
  clusters: null,
  ...values,
})
const flip = (id: string, change: Flip['change']): Flip => ({
  suite: 'harmless',
  axis: 'efficacy',
  id,
  template: null,
  prompt: '',
  change,
  harmful: false,
  a: null,
  b: null,
})

test('every answer counts once: whether it makes sense is asked of the same answers, and a text is none', () => {
  const suites = [
    suite({ lost: 1, gained: 2 }),
    suite({ suite: 'templates', axis: 'robustness' }),
    suite({ suite: 'text', axis: 'general', kind: 'perplexity', n: 7 }),
    suite({ suite: 'sense', axis: 'general', lost: 3, gained: 1 }),
  ]
  const flips = [flip('a', 'lost'), flip('b', 'gained'), flip('c', 'gained')]
  expect(figuresOf({ suites, flips })).toEqual({ lost: 1, gained: 2, same: 17 })
})
