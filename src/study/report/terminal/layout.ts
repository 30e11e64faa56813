/** Lines and columns of text that may be wide, narrow or long. */
import stringWidth from 'string-width'
import type { Pen } from './pen.ts'

export function paragraph(text: string, pen: Pen): string {
  return wrap(pen.text(text), pen.width - 4)
    .map(line => `  ${line}`)
    .join('\n')
}

/** Lines of at most `width` columns; a longer word stands broken, a number stays with its per cent sign. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/[ \t\n]+(?!%)/).filter(part => part !== '')) {
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
export function shorten(text: string, width: number, pen: Pen): string {
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
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

/** Filled with spaces on the left. */
export function left(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - stringWidth(text))) + text
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0)
}
