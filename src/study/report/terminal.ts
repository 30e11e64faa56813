/** The verdict on the terminal: a table, the intervals as a small picture, sentences. What draws them is in terminal/. */
import { morePrompts } from '../../measure/suite-why.ts'
import type { AxisName, ConditionResult, StudyResult, SuiteResult } from '../result.ts'
import { checkSentences } from './checks.ts'
import { knowledgeSentence } from './classes.ts'
import { fitsSentence } from './fits.ts'
import { count, decidingInterval, points, pValue, values } from './format.ts'
import { judgeSentences } from './judges/index.ts'
import { left, pad, paragraph, shorten, sum } from './terminal/layout.ts'
import { type Pen, penOf, type TerminalOptions } from './terminal/pen.ts'
import { picture } from './terminal/picture.ts'
import { shortProperty, suiteTable, type TableRow } from './terminal/table.ts'
import {
  axes,
  commonMargin,
  decidingSuite,
  methodsOf,
  roles,
  sortedConditions,
  states,
  suitesOf,
  verdicts,
} from './words.ts'

/** The verdict of every method of a study, ending with a newline. */
export function renderVerdict(result: StudyResult, options: TerminalOptions): string {
  const pen = penOf(options)
  const methods = methodsOf(result.conditions)
  const blocks = [
    ...(methods.length === 0
      ? [paragraph('No method was measured, so there is no verdict.', pen)]
      : methods.flatMap(condition => conditionBlocks(condition, pen))),
    [knowledgeSentence(result) ?? [], ...checkSentences(result), ...judgeSentences(result)]
      .flat()
      .map(sentence => paragraph(sentence, pen))
      .join('\n'),
    pen.verbose ? referencesTable(result, pen) : '',
    result.labels.map(label => paragraph(label, pen)).join('\n'),
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

function conditionBlocks(condition: ConditionResult, pen: Pen): string[] {
  const look = verdicts[condition.verdict]
  const word = look.word.toUpperCase()
  const description = shorten(pen.text(headingOf(condition)), pen.width - word.length - 5, pen)
  const sentences = [
    condition.sentence,
    fitsSentence(condition) ?? '',
    ...axes.flatMap(axis => openQuestion(axis, condition)),
  ]
  return [
    `  ${pen.paint('bold', pen.paint(look.tone, word))}   ${description}`,
    table(condition, pen),
    drawn(condition, pen),
    sentences
      .filter(sentence => sentence !== '')
      .map(sentence => paragraph(sentence, pen))
      .join('\n'),
  ]
}

/** With the name that a study gave it; one that was made of method, layer and strength would say these twice. */
function headingOf({ name, description }: ConditionResult): string {
  return description.startsWith(name) || /@\d+×/.test(name) ? description : `${name}: ${description}`
}

/** A sentence where an axis is open and the verdict's own does not say so: what would decide it, or why nothing can. */
function openQuestion(axis: AxisName, condition: ConditionResult): string[] {
  if (new RegExp(`${axis}( ability)? (is undecided|cannot be told)`, 'i').test(condition.sentence)) return []
  const { state, suites } = condition.axes[axis]
  const suite = decidingSuite(condition.axes[axis])
  const name = axis[0]!.toUpperCase() + axis.slice(1)
  if (state === 'undecided')
    return [
      suite?.moreNeeded == null
        ? `${name} is undecided. ${suite?.why ?? ''}`.trimEnd()
        : `${name} is undecided: ${morePrompts(suite.moreNeeded)}.`,
    ]
  if (state === 'cannot-tell')
    return [`${name} cannot be told. ${suites.length === 0 ? 'No suite of it was measured.' : (suite?.why ?? '')}`]
  return []
}

const columns = [
  { head: 'base', gap: 1 },
  { head: 'steered', gap: 1 },
  { head: 'change', gap: 1 },
  { head: '95 %', gap: 2 },
  { head: 'n', gap: 2 },
]

function table(condition: ConditionResult, pen: Pen): string {
  const rows = axes.flatMap(axis => rowsOf(axis, condition, pen))
  const more = sum(axes.map(axis => Math.max(0, condition.axes[axis].suites.length - 1)))
  const note = pen.verbose || more === 0 ? null : `These suites decide; ${count(more)} more in the report.`
  return suiteTable(columns, rows, pen, note)
}

function rowsOf(axis: AxisName, condition: ConditionResult, pen: Pen): TableRow[] {
  const result = condition.axes[axis]
  const suites = pen.verbose ? suitesOf(result) : suitesOf(result).slice(0, 1)
  if (suites.length === 0) return [{ title: axis, look: states[result.state], property: 'not measured', numbers: [] }]
  return suites.map((suite, i) => {
    const { base, steered } = values(suite)
    const numbers = [base, steered, points(suite.change), decidingInterval(suite).replace(', ', ','), count(suite.n)]
    return {
      title: i === 0 ? axis : '',
      look: states[suite.state],
      property: shortProperty(pen.text(suite.property)),
      numbers: numbers.map(pen.own),
      ...(pen.verbose && { detail: detail(suite) }),
    }
  })
}

/** Suite, flips, p-value and reason, below a row. */
function detail(suite: SuiteResult): string {
  const flips = suite.kind === 'rate' ? `; lost ${suite.lost}, gained ${suite.gained}, p ${pValue(suite.p)}` : ''
  return `${suite.suite}${flips}; ${suite.interval}; line ${points(-suite.margin)}. ${suite.why}`
}

/** The deciding suites on one scale, with zero and each one's line. */
function drawn(condition: ConditionResult, pen: Pen): string {
  const rows = axes.flatMap(axis => {
    const suite = decidingSuite(condition.axes[axis])
    return suite === undefined ? [] : [{ axis, suite }]
  })
  const common = commonMargin(rows.flatMap(({ axis, suite }) => (axis === 'efficacy' ? [] : suite)))
  const intervals = rows.map(({ axis, suite: { change, ci, margin, state } }) => ({
    label: axis.slice(0, 3),
    change,
    ci,
    // Efficacy has no line of its own: it shows the one the others share, so that the picture has one.
    margin: axis === 'efficacy' ? common : margin,
    look: states[state],
  }))
  return picture(intervals, common, pen)
}

function referencesTable(result: StudyResult, pen: Pen): string {
  const shown = sortedConditions(result.conditions).filter(({ role }) => role !== 'method' && role !== 'baseline')
  if (shown.length === 0) return ''
  const nameWidth = pen.width - 2 - 4 * 12
  const head = `  ${pad('references and checks', nameWidth)}${axes.map(axis => left(axis, 12)).join('')}`
  const rows = shown.map(condition => {
    const cells = axes.map(axis => {
      const suite = decidingSuite(condition.axes[axis])
      const look = states[condition.axes[axis].state]
      const change = suite === undefined ? '' : pen.own(points(suite.change))
      return `${left(change, 10)} ${pen.paint(look.tone, pen.mark(look))}`
    })
    const title = condition.role === 'reference' ? condition.name : `${condition.name} (${shortRole(condition)})`
    return `  ${pad(shorten(pen.text(title), nameWidth - 1, pen), nameWidth)}${cells.join('')}`
  })
  return [head, ...rows].join('\n')
}

function shortRole(condition: ConditionResult): string {
  return roles[condition.role].split(':')[0] ?? ''
}
