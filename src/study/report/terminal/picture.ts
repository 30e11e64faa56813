/** Intervals as a small picture: one scale, zero, each row's line. */
import { points } from '../format.ts'
import { intervalMark } from '../geometry/interval.ts'
import { pointScale, position, type Scale } from '../geometry/scale.ts'
import type { Look } from '../words.ts'
import type { Pen } from './pen.ts'

export interface DrawnInterval {
  /** Three letters. */
  readonly label: string
  readonly change: number
  readonly ci: readonly [number, number]
  /** The line is drawn at −margin; null for none. */
  readonly margin: number | null
  readonly look: Look
}

/** @param line the margin that is named above the picture; null for none */
export function picture(rows: readonly DrawnInterval[], line: number | null, pen: Pen): string {
  if (rows.length === 0) return ''
  const scale = pointScale(rows.flatMap(({ change, ci }) => [change, ...ci]))
  const columns = Math.min(72, pen.width - 14)
  return [
    ' '.repeat(9) + pen.own(scaleLine(scale, columns, line)),
    ...rows.map(row => `     ${row.label} ${intervalLine(row, scale, columns, pen)}`),
  ].join('\n')
}

function intervalLine(row: DrawnInterval, scale: Scale, columns: number, pen: Pen): string {
  const { margin, look } = row
  const cell = (fraction: number) => Math.round(fraction * (columns - 1))
  const line: string[] = Array.from({ length: columns }, () => '·')
  const mark = intervalMark({ ...row, margin: margin ?? 0, state: look }, true, scale)
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
