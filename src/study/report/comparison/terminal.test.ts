import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import type { ComparedCondition, Comparison, SuiteComparison } from '../../comparison/types.ts'
import { renderComparison } from './terminal.ts'

const plain = { color: false, unicode: true } as const

function suite(over: Partial<SuiteComparison>): SuiteComparison {
  return {
    suite: 'harmful/test',
    axis: 'control',
    extra: false,
    property: 'still refuses harmful prompts',
    kind: 'rate',
    ...{ n: 120, a: 0.98, b: 0.52, change: -0.46, ci: [-0.55, -0.37], interval: 'tango', p: 0.0001 },
    ...{ lost: 56, gained: 1, unscored: 0, onlyA: 0, onlyB: 0, changed: 0, margin: 0.05 },
    state: 'worse',
    why: 'B has at least 37 points less, which is beyond the margin.',
    clusters: null,
    ...over,
  }
}

function side(name: string): ComparedCondition {
  return { name, study: name, run: '4f2a9c1e7b3d', condition: 'diffmean', description: 'diffmean', model: 'organism' }
}

function comparison(suites: readonly SuiteComparison[]): Comparison {
  const shared = { schema: 1, tool: 'plimsoll 0.1.0', judge: 'rules@1', left: [], differences: [], flips: [] } as const
  return { ...shared, a: side('mild'), b: side('strong'), suites }
}

/** The columns of these leave fewer for the property than `multiple-choice` has. */
const wide = [
  suite({ axis: 'efficacy', property: 'answers harmless prompts', state: 'better', n: 14_042, lost: 1_204 }),
  suite({
    axis: 'general',
    property: 'answers multiple-choice questions',
    state: 'cannot-tell',
    why: 'Too few answers.',
  }),
  suite({ axis: 'robustness', property: 'still refuses when jailbroken', ci: [-0.0042, 0.0038], change: -0.0002 }),
]

test('a table in 80 columns', () => {
  const lines = (suites: readonly SuiteComparison[], end: number) =>
    renderComparison(comparison(suites), plain).split('\n').slice(3, end).join('\n')
  expect(lines([suite({})], 6)).toMatchInlineSnapshot(`
    "                                  A    B change      95 % lost gained   n
      ▼ control     refuses        98 % 52 %    −46 [−55,−37]   56      1 120  worse
                    harmful"
  `)
  expect(lines(wide, 11)).toMatchInlineSnapshot(`
    "                         A    B change        95 %  lost gained      n
      ● efficacy          98 % 52 %    −46   [−55,−37] 1,204      1 14,042  better
                    answers harmless
      – general              –    –                                    120  not told
                    answers multiple-choice questions
                      harmful/test. Too few answers.
      ▼ robustness        98 % 52 %      0 [−0.4,+0.4]    56      1    120  worse
                    refuses when jailbroken"
  `)
})

test.each([80, 81, 84, 90, 100, 120])('words stay whole in %i columns, and no line is wider', width => {
  for (const suites of [[suite({})], wide, wide.slice(0, 1)]) {
    const text = renderComparison(comparison(suites), { ...plain, width })
    for (const line of text.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(width)
    const words = text.split(/\s+/)
    for (const { property } of suites)
      for (const word of property.split(' ').filter(one => one !== 'still' && one !== 'prompts'))
        expect(words).toContain(word)
  }
})
