import { expect, it } from 'vitest'
import type { ConditionResult, StudyResult, SuiteResult, SuiteState } from '../../src/study/result.ts'
import { paperMethods as five } from '../../src/study/schema.ts'
import { resultFixture } from '../../test/support/result-fixture.ts'
import { findings } from './findings.ts'
import { findingsTable } from './table.ts'

const base = resultFixture()
const like = base.conditions.find(({ role }) => role === 'method')
const suite = like?.axes.efficacy.suites[0]
if (like === undefined || suite === undefined) throw new Error('no method')

type Told = readonly [change: number, half: number, state: SuiteState]
type Changes = Readonly<Record<'efficacy' | 'general' | 'control' | 'robustness', Told>>

function axis([change, half, state]: Told) {
  const own: SuiteResult = { ...suite!, change, ci: [change - half, change + half], state }
  return { state, decidedBy: own.suite, suites: [own] }
}

function method(name: string, { efficacy, general, control, robustness }: Changes): ConditionResult {
  const axes = {
    efficacy: axis(efficacy),
    general: axis(general),
    control: axis(control),
    robustness: axis(robustness),
  }
  return { ...like!, name, role: 'method', axes }
}

const usual: Changes = {
  efficacy: [0.3, 0.1, 'works'],
  general: [0, 0.03, 'holds'],
  control: [0, 0.04, 'holds'],
  robustness: [-0.3, 0.1, 'broken'],
}
const asInPaper = (over: Readonly<Record<string, Partial<Changes>>> = {}): StudyResult => ({
  ...base,
  conditions: five.map(name => method(name, { ...usual, ...over[name] })),
  selections: [],
  map: null,
})
const agreements = (result: StudyResult) => findings.map(({ hold }) => hold(result).agreement)

it('a result that is as the paper has it has the same sign throughout', () => {
  const strong: Partial<Changes> = { efficacy: [0.7, 0.1, 'works'], robustness: [-0.7, 0.1, 'broken'] }
  const result = asInPaper({
    'linear-probe': strong,
    'reft-r1': strong,
    'partial-or': { robustness: [-0.05, 0.02, 'undecided'] },
  })
  // More gained at less cost than by the two that gain most.
  const better = asInPaper({ 'partial-or': { efficacy: [0.8, 0.05, 'works'], robustness: [-0.1, 0.05, 'broken'] } })
  const scores = (name: string, beside: number) => ({
    condition: name,
    rule: 'r',
    n: { target: 200, control: 200 },
    baseline: { target: 0.4, control: 0.1 },
    why: '',
    points: [0.5, 1, 2].map((strength, i) => {
      const target = i === 1 ? 0.9 : beside
      return { layer: 4, strength, target, control: 0.1, score: target - 0.1, degenerate: 0, chosen: i === 1 }
    }),
  })
  const fragile = { ...result, selections: five.map(name => scores(name, name === 'ssv' ? 0.2 : 0.85)) }
  expect(agreements(fragile).slice(0, 6)).toEqual(Array(6).fill('same sign'))
  expect(agreements(better)[6]).toBe('same sign')
  expect(agreements(fragile)[7]).toBe('same sign')
  const group = (name: string, x: number) => {
    const at = Array.from({ length: 20 }, (_, i) => [x + 0.1 * Math.sin(i), 0.1 * Math.cos(i)] as [number, number])
    return { name, before: at, after: at }
  }
  const map = (wrapped: number) => ({
    condition: 'diffmean',
    layer: 4,
    shares: [0.5, 0.2] as [number, number],
    groups: [group('harmless', 0), group('harmful', 1), group('jailbroken', wrapped)],
  })
  expect(agreements({ ...fragile, map: map(0.2) })[8]).toBe('same sign')
  expect(agreements({ ...fragile, map: map(0.8) })[8]).toBe('opposite')
  expect(agreements({ ...fragile, map: map(0.5) })[8]).toBe('undecided on this model')
})

it('and the other way round it is the opposite', () => {
  const result = asInPaper(
    Object.fromEntries(
      five.map((name): [string, Partial<Changes>] => [
        name,
        {
          general: [-0.3, 0.1, 'broken'],
          control: [-0.3, 0.1, 'broken'],
          robustness: name === 'ssv' ? [0, 0.03, 'holds'] : [-0.3, 0.1, 'broken'],
          efficacy: name === 'ssv' ? [0.9, 0.05, 'works'] : [0.3, 0.1, 'works'],
        },
      ]),
    ),
  )
  // By 30 points and more, beyond its interval: ssv gains more than the two, loses less, and has the better trade-off.
  expect(agreements(result).slice(1, 7)).toEqual([
    'opposite',
    'opposite',
    'opposite',
    'opposite',
    'undecided on this model',
    'opposite',
  ])
})

it('a model that has nothing to lose tells nothing', () => {
  const none: Told = [0, 0.1, 'cannot-tell']
  const result = asInPaper(
    Object.fromEntries(five.map(name => [name, { efficacy: none, general: none, control: none, robustness: none }])),
  )
  expect(new Set(agreements(result))).toEqual(new Set(['cannot be told']))
  const text = findingsTable(result, findings)
  expect(text.match(/\*\*cannot be told\*\*/g)).toHaveLength(findings.length)
})

it('what is open is undecided', () => {
  const open: Partial<Changes> = {
    efficacy: [0.1, 0.15, 'undecided'],
    general: [-0.05, 0.1, 'undecided'],
  }
  const [gained, general, control] = agreements(asInPaper(Object.fromEntries(five.map(name => [name, open]))))
  expect([gained, general, control]).toEqual(['undecided on this model', 'undecided on this model', 'cannot be told'])
})
