/** A comparison as Markdown, to paste into a pull request. */
import type { Comparison, Flip, SuiteComparison } from '../../comparison/types.ts'
import { count, points, pValue } from '../format.ts'
import { paragraph, plain, table } from '../markdown.ts'
import { glyphs } from '../words.ts'
import { answerWords, comparedInterval, comparedStates, leftOut, orderedSuites, sides, titleOf } from './words.ts'

/** @param show flips to list as well */
export function comparisonMarkdown(comparison: Comparison, show?: Flip['change']): string {
  const { a, b } = comparison
  const flips = comparison.flips.filter(flip => flip.change === show)
  const left = leftOut(comparison)
  const blocks = [
    `# ${plain(`${a.study}:${a.condition}`)} and ${plain(`${b.study}:${b.condition}`)}`,
    ...(['a', 'b'] as const).map(side => {
      const { model, description, run } = comparison[side]
      return `${side.toUpperCase()}: ${plain(`${description}, on ${model}, run ${run}`)}`
    }),
    `From A to B on the same prompts; negative is worse. Both sides were judged by ${plain(comparison.judge)}. Suites are not corrected for being several.`,
    table(
      ['axis', 'suite', 'property', 'A', 'B', 'change', '95 %', 'lost', 'gained', 'p', 'n', 'interval', '', 'why'],
      [false, false, false, true, true, true, true, true, true, true, true, false, false, false],
      orderedSuites(comparison).map(row),
    ),
    '## What differs',
    comparison.differences.length === 0
      ? 'Nothing but the answers.'
      : table(
          ['what', 'A', 'B'],
          [false, false, false],
          comparison.differences.map(({ what, a: before, b: after }) => [what, before, after]),
        ),
    '## What was left out',
    ...(left.length === 0 ? ['Nothing.'] : left.map(paragraph)),
    ...(show === undefined
      ? []
      : [
          `## ${show === 'lost' ? 'Lost' : 'Gained'} from A to B`,
          table(
            ['suite', 'id', 'prompt', 'A', 'B'],
            [false, false, false, false, false],
            flips.map(flip => [flip.suite, flip.id, flip.prompt, answerWords(flip.a), answerWords(flip.b)]),
          ),
        ]),
  ]
  return `${blocks.join('\n\n')}\n`
}

function row(suite: SuiteComparison): string[] {
  const look = comparedStates[suite.state]
  const told = suite.state !== 'cannot-tell'
  return [
    titleOf(suite),
    suite.suite,
    suite.property,
    ...sides(suite),
    told ? points(suite.change) : '',
    told ? comparedInterval(suite) : '',
    count(suite.lost),
    count(suite.gained),
    pValue(suite.p),
    count(suite.n),
    suite.interval,
    `${glyphs[look.shape]} ${look.word}`,
    suite.why,
  ]
}
