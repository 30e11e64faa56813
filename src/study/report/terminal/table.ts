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
  const propertyWidth = Math.max(8, pen.width - (indentWidth + sum(widths) + 2 + stateWidth))
  const indent = ' '.repeat(indentWidth)
  const lines = rows.flatMap(row => {
    const [first = '', ...rest] = wrap(row.property, propertyWidth - 1)
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

/** Without the words that every property has: `still refuses harmful prompts` is `refuses harmful`. */
export function shortProperty(property: string): string {
  return property.replace(/^still /, '').replace(/ prompts$/, '')
}

function detail(text: string, pen: Pen): string {
  return wrap(pen.text(text), pen.width - detailIndent)
    .map(line => ' '.repeat(detailIndent) + line)
    .join('\n')
}
