/** A comparison on the terminal: who is compared, a table, the intervals, what differs, what was left out. */
import type { Comparison, Flip, SuiteComparison } from '../../comparison/types.ts'
import { count, points, pValue } from '../format.ts'
import { pad, paragraph, shorten } from '../terminal/layout.ts'
import { type Pen, penOf, type TerminalOptions } from '../terminal/pen.ts'
import { picture } from '../terminal/picture.ts'
import { shortProperty, suiteTable, type TableRow } from '../terminal/table.ts'
import { commonMargin } from '../words.ts'
import { answerWords, comparedInterval, comparedStates, leftOut, orderedSuites, sides, titleOf } from './words.ts'

const columns = [
  { head: 'A', gap: 1 },
  { head: 'B', gap: 1 },
  { head: 'change', gap: 1 },
  { head: '95 %', gap: 1 },
  { head: 'lost', gap: 1 },
  { head: 'gained', gap: 1 },
  { head: 'n', gap: 1 },
]

/** Ends with a newline. */
export function renderComparison(comparison: Comparison, options: TerminalOptions): string {
  const pen = penOf(options)
  const suites = orderedSuites(comparison)
  const blocks = [
    (['a', 'b'] as const).map(side => sideLine(comparison, side, pen)).join('\n'),
    suiteTable(columns, suites.map(rowOf(suites, pen)), pen),
    drawn(suites, pen),
    paragraph('From A to B on the same prompts, negative is worse. Suites are not corrected for being several.', pen),
    differences(comparison, pen),
    leftOut(comparison)
      .map(sentence => paragraph(sentence, pen))
      .join('\n'),
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

/** Those of one kind, each with both answers; ends with a newline. */
export function renderFlips(flips: readonly Flip[], kind: Flip['change'], options: TerminalOptions): string {
  const pen = penOf(options)
  const shown = flips.filter(flip => flip.change === kind)
  const head = `  ${count(shown.length)} ${kind} from A to B`
  const line = (label: string, text: string) => `    ${label} ${shorten(pen.text(text), pen.width - 10, pen)}`
  const blocks = shown.map(({ suite, id, prompt, a, b }) =>
    [
      `  ${shorten(pen.text(`${suite}  ${id}`), pen.width - 4, pen)}`,
      line('   ', prompt),
      line('A: ', answerWords(a)),
      line('B: ', answerWords(b)),
    ].join('\n'),
  )
  return `${[head, ...blocks].join('\n\n')}\n`
}

function sideLine(comparison: Comparison, side: 'a' | 'b', pen: Pen): string {
  const { study, condition, description, model, run } = comparison[side]
  const text = `${study}:${condition} on ${model} (run ${run.slice(0, 8)}): ${description}`
  return `  ${pen.paint('bold', side.toUpperCase())}  ${shorten(pen.text(text), pen.width - 6, pen)}`
}

function rowOf(suites: readonly SuiteComparison[], pen: Pen) {
  return (suite: SuiteComparison, i: number): TableRow => {
    const before = suites[i - 1]
    const title = before !== undefined && titleOf(before) === titleOf(suite) ? '' : titleOf(suite)
    const told = suite.state !== 'cannot-tell'
    const rate = suite.kind === 'rate' && told
    const numbers = [
      ...sides(suite),
      told ? points(suite.change) : '',
      told ? comparedInterval(suite).replace(', ', ',') : '',
      rate ? count(suite.lost) : '',
      rate ? count(suite.gained) : '',
      count(suite.n),
    ]
    return {
      title,
      look: comparedStates[suite.state],
      property: shortProperty(pen.text(suite.property)),
      numbers: numbers.map(pen.own),
      ...((pen.verbose || !told) && { detail: detail(suite) }),
    }
  }
}

function detail({ suite, interval, p, why, state }: SuiteComparison): string {
  return state === 'cannot-tell' ? `${suite}. ${why}` : `${suite}; ${interval}; p ${pValue(p)}. ${why}`
}

function drawn(suites: readonly SuiteComparison[], pen: Pen): string {
  const shown = suites.filter(({ extra, state }) => !extra && state !== 'cannot-tell')
  const rows = shown.map(({ axis, change, ci, margin, state }) => {
    return { label: axis.slice(0, 3), change, ci, margin, look: comparedStates[state] }
  })
  return picture(rows, commonMargin(shown), pen)
}

function differences({ differences: all }: Comparison, pen: Pen): string {
  if (all.length === 0) return paragraph('The two plans do not differ.', pen)
  const nameWidth = Math.max(...all.map(({ what }) => what.length)) + 2
  const lines = all.flatMap(({ what, a, b }) => [
    `    ${pad(what, nameWidth)}${shorten(pen.text(`A ${a}`), pen.width - nameWidth - 6, pen)}`,
    `    ${' '.repeat(nameWidth)}${shorten(pen.text(`B ${b}`), pen.width - nameWidth - 6, pen)}`,
  ])
  return ['  What differs', ...lines].join('\n')
}
