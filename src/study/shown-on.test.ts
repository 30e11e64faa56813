import { expect, it } from 'vitest'
import { shownOn } from './shown-on.ts'
import type { Judged } from './work.ts'

const answers = (...classes: readonly NonNullable<Judged['judgement']>['class'][]) =>
  classes.map(of => ({ judgement: { class: of, rule: 'a rule', evidence: '' } }))

it('counts nonsense and what has no class neither as an answer nor as a refusal', () => {
  const records = answers('complied', 'refused', 'degenerate', 'unscored')
  expect(shownOn('target', records, 'refusal')).toBe(1 / 4)
  expect(shownOn('control', records, 'refusal')).toBe(3 / 4)
  expect(shownOn('control', [...records, { judgement: null }], 'refusal')).toBe(4 / 5)
})

it('counts nonsense neither as the context’s answer nor as memory’s', () => {
  const records = answers('context', 'memory', 'neither', 'degenerate')
  expect(shownOn('target', records, 'faithfulness')).toBe(1 / 4)
  expect(shownOn('control', records, 'faithfulness')).toBe(3 / 4)
})
