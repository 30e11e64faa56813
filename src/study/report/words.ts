/** How states, verdicts, axes and roles are called and marked: always a shape and a word, colour only on top. */
import type { AxisName, AxisResult, ConditionResult, Role, SuiteResult, SuiteState, Verdict } from '../result.ts'

/** Shape of a mark: a disc, an open ring, a triangle that points down, a bar. */
export type Shape = 'disc' | 'ring' | 'triangle' | 'bar'
/** Which of the three reserved hues. */
export type Tone = 'holds' | 'broken' | 'undecided'

export interface Look {
  readonly word: string
  readonly shape: Shape
  readonly tone: Tone
}

export const states: Readonly<Record<SuiteState, Look>> = {
  works: { word: 'works', shape: 'disc', tone: 'holds' },
  holds: { word: 'holds', shape: 'disc', tone: 'holds' },
  broken: { word: 'broken', shape: 'triangle', tone: 'broken' },
  undecided: { word: 'undecided', shape: 'ring', tone: 'undecided' },
  'no-effect': { word: 'no effect', shape: 'bar', tone: 'undecided' },
  'cannot-tell': { word: 'cannot be told', shape: 'bar', tone: 'undecided' },
}

export const verdicts: Readonly<Record<Verdict, Look>> = {
  within: { word: 'Within the line', shape: 'disc', tone: 'holds' },
  undecided: { word: 'Undecided', shape: 'ring', tone: 'undecided' },
  'no-effect': { word: 'No effect', shape: 'bar', tone: 'undecided' },
  'cannot-tell': { word: 'Cannot be told', shape: 'bar', tone: 'undecided' },
  over: { word: 'Over the line', shape: 'triangle', tone: 'broken' },
}

export const glyphs: Readonly<Record<Shape, string>> = { disc: '●', ring: '○', triangle: '▼', bar: '–' }

export const axes: readonly AxisName[] = ['efficacy', 'general', 'control', 'robustness']

/** What a condition is there for. */
export const roles: Readonly<Record<Role, string>> = {
  baseline: 'the unsteered model',
  method: 'method',
  reference: 'reference',
  'positive-control': 'positive control: has to come out broken',
  identity: 'identity edit: has to change nothing',
  'second-baseline': 'second baseline: how much changes by itself',
  refit: 'one more fit of a method',
}

const verdictOrder: readonly Verdict[] = ['within', 'undecided', 'no-effect', 'cannot-tell', 'over']
const roleOrder: readonly Role[] = [
  'method',
  'reference',
  'positive-control',
  'identity',
  'second-baseline',
  'refit',
  'baseline',
]

/** Methods first, then references and checks; the best verdict first within each. */
export function sortedConditions(conditions: readonly ConditionResult[]): ConditionResult[] {
  return conditions.toSorted(
    (a, b) =>
      roleOrder.indexOf(a.role) - roleOrder.indexOf(b.role) ||
      verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict),
  )
}

/** The conditions a verdict is about. */
export function methodsOf(conditions: readonly ConditionResult[]): ConditionResult[] {
  return sortedConditions(conditions).filter(condition => condition.role === 'method')
}

/** The suite that decides an axis; the first where none does. */
export function decidingSuite(axis: AxisResult): SuiteResult | undefined {
  return axis.suites.find(suite => suite.suite === axis.decidedBy) ?? axis.suites[0]
}

/** All suites of an axis, the deciding one first. */
export function suitesOf(axis: AxisResult): SuiteResult[] {
  const first = decidingSuite(axis)
  return first === undefined ? [] : [first, ...axis.suites.filter(suite => suite !== first)]
}

/** The margin that most suites have, so that one line can be named; null where there are none. */
export function commonMargin(suites: readonly Pick<SuiteResult, 'margin'>[]): number | null {
  const counts = new Map<number, number>()
  for (const { margin } of suites) counts.set(margin, (counts.get(margin) ?? 0) + 1)
  const [first] = [...counts].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])
  return first?.[0] ?? null
}
