import { expect, test } from 'vitest'
import type { AxisResult, SuiteResult } from '../../src/study/result.ts'
import { worstLost } from '../../web/src/study/lost.ts'
import { resultFixture } from '../support/result-fixture.ts'

const [some] = resultFixture().conditions.flatMap(({ axes }) => axes.robustness.suites)
function suite(name: string, lost: number, values: Partial<SuiteResult> = {}): SuiteResult {
  if (some === undefined) throw new Error('the fixture has no suite')
  return { ...some, suite: name, lost, state: 'holds', ...values }
}
function axis(...suites: SuiteResult[]): AxisResult {
  return { state: suites[0]?.state ?? 'cannot-tell', decidedBy: suites[0]?.suite ?? null, suites }
}
const none = axis()
const of = (axes: Partial<Record<'robustness' | 'control' | 'general', AxisResult>>) =>
  worstLost({ axes: { efficacy: axis(suite('wanted', 99)), robustness: none, control: none, general: none, ...axes } })

test('what broke comes first, also where it is of general ability', () => {
  const general = axis(suite('choice', 7, { state: 'broken' }))
  expect(of({ general, robustness: axis(suite('templates', 30)) })).toEqual({
    axis: 'general',
    suite: 'choice',
    lost: 7,
    only: true,
  })
})

test('where nothing broke, the suite that decides its axis and lost most', () => {
  const robustness = axis(suite('deciding', 4), suite('other', 20))
  expect(of({ robustness, control: axis(suite('harmful', 3)) })).toEqual({
    axis: 'robustness',
    suite: 'deciding',
    lost: 4,
    only: false,
  })
})

test('running text and the sense of answers have no answers of their own to show', () => {
  const broken = { state: 'broken' } as const
  const general = axis(suite('sense', 40, broken), suite('text', 0, { ...broken, kind: 'perplexity' }))
  expect(of({ general })).toBeNull()
  expect(of({ general, control: axis(suite('harmful', 2)) })?.suite).toBe('harmful')
})
