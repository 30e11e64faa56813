import { expect, it } from 'vitest'
import { resultFixture } from '../../test/support/result-fixture.ts'
import { wilson } from '../measure/statistics/index.ts'
import { knownOf } from './known-strengths.ts'
import { decidingSuite } from './report/words.ts'
import type { ExploredPoint, StudyResult } from './result.ts'

const whole = resultFixture()
const [selection] = whole.selections
if (selection === undefined) throw new Error('The fixture has no selection')
const { condition } = selection
const rate = (of: number, n = 200) => ({ rate: of, n, ci: wilson(of, n) })
const point = (strength: number, robustness: number, general: number, n = 200): ExploredPoint => ({
  strength,
  chosen: false,
  axes: {
    efficacy: rate(strength / 4, n),
    general: rate(general, n),
    control: { rate: null, n: 0, ci: null },
    robustness: rate(robustness, n),
  },
})
const explored = (points: readonly ExploredPoint[]): StudyResult => ({
  ...whole,
  margins: { ...whole.margins, rates: 10 },
  selections: [{ ...selection, explored: points }],
})
const statesAt = (result: StudyResult, strength: number) => {
  const found = knownOf(result, condition).find(one => one.how === 'explored' && one.strength === strength)
  return found && Object.entries(found.axes).map(([axis, known]) => [axis, known?.state ?? null])
}

it('has what was tested as the study concluded it, and first', () => {
  const tested = whole.conditions.find(({ name }) => name === condition)
  const [first, ...rest] = knownOf(whole, condition)
  expect(first).toMatchObject({ how: 'tested', strength: tested?.strength, verdict: tested?.verdict, run: whole.run })
  const suite = tested && decidingSuite(tested.axes.robustness)
  expect(first?.axes.robustness).toMatchObject({ state: tested?.axes.robustness.state, change: suite?.change })
  expect(rest.map(({ how, strength }) => [how, strength])).toEqual([0.5, 1, 2, 3, 4].map(s => ['explored', s]))
})

it('calls what was explored broken or kept by the study’s own margin, and only where the rows can tell', () => {
  const result = explored([point(0, 0.9, 0.3), point(1, 0.9, 0.3), point(2, 0.5, 0.3)])
  const at1 = [
    ['efficacy', 'works'],
    ['general', 'cannot-tell'],
    ['control', null],
    ['robustness', 'holds'],
  ]
  expect(statesAt(result, 1)).toEqual(at1)
  expect(statesAt(result, 2)?.[3]).toEqual(['robustness', 'broken'])
  const few = explored([point(0, 0.9, 0.9, 10), point(1, 0.9, 0.9, 10), point(2, 0.8, 0.9, 10)])
  expect(statesAt(few, 2)?.[3]).toEqual(['robustness', 'undecided'])
})

it('knows nothing where nothing was explored or the unsteered model is not among it', () => {
  expect(statesAt(explored([point(1, 0.2, 0.2)]), 1)?.map(([, state]) => state)).toEqual([null, null, null, null])
  expect(knownOf({ ...whole, selections: [], conditions: [] }, condition)).toEqual([])
})
