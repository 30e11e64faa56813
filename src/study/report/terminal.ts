/** The verdict on the terminal: a table, the intervals as a small picture, sentences. */
import { styleText } from 'node:util'
import stringWidth from 'string-width'
import type { AxisName, ConditionResult, StudyResult, SuiteResult } from '../result.ts'
import { checkSentences } from './checks.ts'
import { count, decidingInterval, points, pValue, values } from './format.ts'
import { intervalMark } from './geometry/interval.ts'
import { pointScale, position, type Scale } from './geometry/scale.ts'
import {
  axes,
  commonMargin,
  decidingSuite,
  type Look,
  methodsOf,
  moreNeeded,
  roles,
  sortedConditions,
  states,
  suitesOf,
  type Tone,
  verdicts,
} from './words.ts'

export interface TerminalOptions {
  /** Colour on top of shape and word; NO_COLOR in the environment wins. */
  readonly color: boolean
  /** False: only ASCII is written. */
  readonly unicode: boolean
  /** Columns; fewer than 80 count as 80. @default 80 */
  readonly width?: number | undefined
  /** Also every suite with its p-value and reason, the references and the checks. */
  readonly verbose?: boolean | undefined
}

/** What the rest of this file draws with. */
interface Pen {
  readonly width: number
  readonly verbose: boolean
  /** Only for text that `text` or `own` made. */
  paint(tone: Tone | 'bold', text: string): string
  mark(look: Look): string
  /** Text of a file, a user or a model: one line without control characters. */
  text(text: string): string
  /** Our own drawing, in the characters the terminal has. */
  own(text: string): string
}

/** The verdict of every method of a study, ending with a newline. */
export function renderVerdict(result: StudyResult, options: TerminalOptions): string {
  const pen = penOf(options)
  const methods = methodsOf(result.conditions)
  const blocks = [
    ...(methods.length === 0
      ? [paragraph('No method was measured, so there is no verdict.', pen)]
      : methods.flatMap(condition => conditionBlocks(condition, pen))),
    checkSentences(result)
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
  const description = shorten(pen.text(condition.description), pen.width - word.length - 5, pen)
  const sentences = [condition.sentence, ...axes.flatMap(axis => openQuestion(axis, condition))]
  return [
    `  ${pen.paint('bold', pen.paint(look.tone, word))}   ${description}`,
    suiteTable(condition, pen),
    picture(condition, pen),
    sentences
      .filter(sentence => sentence !== '')
      .map(sentence => paragraph(sentence, pen))
      .join('\n'),
  ]
}

/** A sentence where an axis is open and the verdict's own does not say so: what would decide it, or why nothing can. */
function openQuestion(axis: AxisName, condition: ConditionResult): string[] {
  if (new RegExp(`${axis}( ability)? (is undecided|cannot be told)`, 'i').test(condition.sentence)) return []
  const { state, suites } = condition.axes[axis]
  const suite = decidingSuite(condition.axes[axis])
  const name = axis[0]!.toUpperCase() + axis.slice(1)
  if (state === 'undecided')
    return [`${name} is undecided${suite?.moreNeeded == null ? '' : `: ${moreNeeded(suite.moreNeeded)}`}.`]
  if (state === 'cannot-tell')
    return [`${name} cannot be told. ${suites.length === 0 ? 'No suite of it was measured.' : (suite?.why ?? '')}`]
  return []
}

/** One line of the table; `suite` is missing where an axis has none. */
interface TableRow {
  readonly title: string
  readonly look: Look
  readonly property: string
  readonly numbers: readonly string[]
  readonly suite?: SuiteResult
}

const heads = ['base', 'steered', 'change', '95 %', 'n'] as const
const axisWidth = 12

function suiteTable(condition: ConditionResult, pen: Pen): string {
  const rows = axes.flatMap(axis => rowsOf(axis, condition, pen))
  const widths = heads.map(
    (head, i) => Math.max(head.length, ...rows.map(row => stringWidth(row.numbers[i] ?? ''))) + 1,
  )
  widths[3]! += 1
  widths[4]! += 1
  const stateWidth = Math.max(...rows.map(row => row.look.word.length))
  // Indent, mark and axis before the property, two spaces before the state.
  const propertyWidth = Math.max(8, pen.width - (4 + axisWidth + sum(widths) + 2 + stateWidth))
  const indent = ' '.repeat(4 + axisWidth)
  const lines = rows.flatMap(row => {
    const [first = '', ...rest] = wrap(row.property, propertyWidth - 1)
    const numbers = widths.map((width, i) => left(row.numbers[i] ?? '', width)).join('')
    return [
      `  ${pen.paint(row.look.tone, pen.mark(row.look))} ${pad(row.title, axisWidth)}${pad(first, propertyWidth)}${numbers}  ${pen.paint(row.look.tone, row.look.word)}`,
      ...rest.map(line => indent + line),
      ...(pen.verbose && row.suite !== undefined ? [detail(row.suite, pen)] : []),
    ]
  })
  const head = indent + ' '.repeat(propertyWidth) + heads.map((text, i) => left(text, widths[i]!)).join('')
  const more = sum(axes.map(axis => Math.max(0, condition.axes[axis].suites.length - 1)))
  const note = pen.verbose || more === 0 ? [] : [`${indent}These suites decide; ${count(more)} more in the report.`]
  return [head, ...lines, ...note].join('\n')
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
      suite,
    }
  })
}

/** Without the words that every property has: `still refuses harmful prompts` is `refuses harmful`. */
function shortProperty(property: string): string {
  return property.replace(/^still /, '').replace(/ prompts$/, '')
}

/** Suite, flips, p-value and reason, below a row. */
function detail(suite: SuiteResult, pen: Pen): string {
  const flips = suite.kind === 'rate' ? `; lost ${suite.lost}, gained ${suite.gained}, p ${pValue(suite.p)}` : ''
  const text = `${suite.suite}${flips}; ${suite.interval}; line ${points(-suite.margin)}. ${suite.why}`
  return wrap(pen.text(text), pen.width - 18)
    .map(line => ' '.repeat(18) + line)
    .join('\n')
}

/** The intervals on one scale, with zero and each suite's line. */
function picture(condition: ConditionResult, pen: Pen): string {
  const rows = axes.flatMap(axis => {
    const suite = decidingSuite(condition.axes[axis])
    return suite === undefined ? [] : [{ axis, suite }]
  })
  if (rows.length === 0) return ''
  const scale = pointScale(rows.flatMap(({ suite }) => [suite.change, ...suite.ci]))
  const columns = Math.min(72, pen.width - 14)
  const common = commonMargin(rows.flatMap(({ axis, suite }) => (axis === 'efficacy' ? [] : suite)))
  return [
    ' '.repeat(9) + pen.own(scaleLine(scale, columns, common)),
    ...rows.map(({ axis, suite }) => {
      // Efficacy has no line of its own: it shows the one the others share, so that the picture has one.
      const margin = axis === 'efficacy' ? common : suite.margin
      return `     ${axis.slice(0, 3)} ${intervalLine(suite, margin, scale, columns, pen)}`
    }),
  ].join('\n')
}

function intervalLine(suite: SuiteResult, margin: number | null, scale: Scale, columns: number, pen: Pen): string {
  const cell = (fraction: number) => Math.round(fraction * (columns - 1))
  const line: string[] = Array.from({ length: columns }, () => '·')
  const mark = intervalMark(suite, true, scale)
  const look = states[suite.state]
  if (margin !== null) line[cell(Math.max(0, position(scale, -margin)))] = '┊'
  line[cell(mark.zero)] = '│'
  const [from, to] = [cell(mark.low), cell(mark.high)]
  line.fill('─', from, to + 1)
  line[from] = mark.leavesLow === null ? '├' : '◄'
  line[to] = mark.leavesHigh === null ? '┤' : '►'
  if (mark.mark !== null) line[cell(mark.mark)] = pen.mark(look)
  const text = (start: number, end: number) => pen.own(line.slice(start, end).join(''))
  return text(0, from) + pen.paint(look.tone, text(from, to + 1)) + text(to + 1, columns)
}

/** Tick labels centred on their ticks, and the word `line` over the margin that most suites have. */
function scaleLine(scale: Scale, columns: number, margin: number | null): string {
  const line: string[] = Array.from({ length: columns + 4 }, () => ' ')
  const column = (value: number) => Math.round(position(scale, value) * (columns - 1))
  const write = (text: string, from: number) => {
    const around = line.slice(Math.max(0, from - 1), from + text.length + 1)
    if (from < 0 || around.some(character => character !== ' ')) return
    for (const [i, character] of [...text].entries()) line[from + i] = character
  }
  write('0', column(0))
  if (margin !== null) {
    // To the left of its column, so that zero keeps its place.
    write('line', Math.min(column(-margin) - 2, column(0) - 6))
  }
  for (const tick of scale.ticks) {
    const text = points(tick)
    if (tick !== 0) write(text, Math.max(0, column(tick) - Math.floor(text.length / 2)))
  }
  return line.join('').trimEnd()
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

function penOf({ color, unicode, width = 80, verbose = false }: TerminalOptions): Pen {
  const coloured = color && (process.env.NO_COLOR ?? '') === ''
  const styles = { holds: 'cyan', broken: 'red', undecided: 'gray', bold: 'bold' } as const
  const own = (value: string) => (unicode ? value : ascii(value))
  const marks = unicode
    ? { disc: '●', ring: '○', triangle: '▼', bar: '–' }
    : { disc: '*', ring: 'o', triangle: 'v', bar: '-' }
  return {
    width: Math.max(80, width),
    verbose,
    paint: (tone, value) => (coloured ? styleText(styles[tone], value, { validateStream: false }) : value),
    mark: look => marks[look.shape],
    text: value => own(printable(value)),
    own,
  }
}

/** One line, without control characters and what turns the direction of text. */
function printable(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\s+/g, ' ')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
      .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
  )
}

const substitutes: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '—': '-',
  '…': '..',
  '×': 'x',
  '·': '.',
  '┊': ':',
  '│': '|',
  '─': '-',
  '├': '[',
  '┤': ']',
  '◄': '<',
  '►': '>',
  '→': '->',
  '“': '"',
  '”': '"',
  '’': "'",
  '‘': "'",
  '●': '*',
  '○': 'o',
  '▼': 'v',
}

function ascii(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII
  return text.replace(/[^\u0000-\u007f]/gu, character => substitutes[character] ?? '?')
}

function paragraph(text: string, pen: Pen): string {
  return wrap(pen.text(text), pen.width - 4)
    .map(line => `  ${line}`)
    .join('\n')
}

/** Lines of at most `width` columns; a longer word stands broken. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter(part => part !== '')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (stringWidth(joined) <= width) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (stringWidth(line) > width) {
      lines.push(line.slice(0, width))
      line = line.slice(width)
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** Cut to `width` columns, where there is one at a space. */
function shorten(text: string, width: number, pen: Pen): string {
  if (stringWidth(text) <= width) return text
  const mark = pen.own('…')
  let cut = ''
  for (const character of text) {
    if (stringWidth(cut + character) > width - mark.length) break
    cut += character
  }
  const space = cut.lastIndexOf(' ')
  return (space > width / 2 ? cut.slice(0, space) : cut) + mark
}

/** Filled with spaces on the right. */
function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

/** Filled with spaces on the left. */
function left(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - stringWidth(text))) + text
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0)
}
