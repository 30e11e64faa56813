/** A table of suites on the terminal: a mark, an axis, a property, numbers, a word. */
import stringWidth from 'string-width'
import type { Look } from '../words.ts'
import { left, pad, sum, wrap } from './layout.ts'
import type { Pen } from './pen.ts'

export interface Column {
  readonly head: string
  /** Spaces before it, at least. */
  readonly gap: number
}

/** One line of the table; `numbers` is empty where nothing was measured. */
export interface TableRow {
  /** The axis; empty where it is that of the row above. */
  readonly title: string
  readonly look: Look
  readonly property: string
  readonly numbers: readonly string[]
  /** Told below the row. */
  readonly detail?: string | undefined
}

/** Columns before the property: indent, mark and axis. */
const indentWidth = 16
const axisWidth = 12
const detailIndent = 18

/** @param note a line below the table, under the properties */
export function suiteTable(
  columns: readonly Column[],
  rows: readonly TableRow[],
  pen: Pen,
  note: string | null = null,
): string {
  const widths = columns.map(
    ({ head, gap }, i) => Math.max(head.length, ...rows.map(row => stringWidth(row.numbers[i] ?? ''))) + gap,
  )
  const stateWidth = Math.max(...rows.map(row => row.look.word.length))
  const propertyWidth = Math.max(1, pen.width - (indentWidth + sum(widths) + 2 + stateWidth))
  const indent = ' '.repeat(indentWidth)
  const lines = rows.flatMap(row => {
    const [first, ...rest] = besideNumbers(row.property, propertyWidth - 1, pen)
    const numbers = widths.map((width, i) => left(row.numbers[i] ?? '', width)).join('')
    return [
      `  ${pen.paint(row.look.tone, pen.mark(row.look))} ${pad(row.title, axisWidth)}${pad(first, propertyWidth)}${numbers}  ${pen.paint(row.look.tone, row.look.word)}`,
      ...rest.map(line => indent + line),
      ...(row.detail === undefined ? [] : [detail(row.detail, pen)]),
    ]
  })
  const heads = columns.map((column, i) => left(column.head, widths[i] ?? 0)).join('')
  return [indent + ' '.repeat(propertyWidth) + heads, ...lines, ...(note === null ? [] : [indent + note])].join('\n')
}

/**
 * The line beside the numbers, and those below. A word that is wider than the column goes below whole, where no numbers
 * stand in its way.
 */
function besideNumbers(property: string, width: number, pen: Pen): readonly [string, ...string[]] {
  const words = property.split(' ')
  if (words.every(word => stringWidth(word) <= width)) {
    const [first = '', ...rest] = wrap(property, width)
    return [first, ...rest]
  }
  const fits = words.findIndex((_, i) => stringWidth(words.slice(0, i + 1).join(' ')) > width)
  return [words.slice(0, fits).join(' '), ...wrap(words.slice(fits).join(' '), pen.width - indentWidth)]
}

/** Without the words that every property has: `still refuses harmful prompts` is `refuses harmful`. */
export function shortProperty(property: string): string {
  return property.replace(/^still /, '').replace(/ prompts$/, '')
}

function detail(text: string, pen: Pen): string {
  return wrap(pen.text(text), pen.width - detailIndent)
    .map(line => ' '.repeat(detailIndent) + line)
    .join('\n')
}
