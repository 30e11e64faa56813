/** What the terminal is drawn with: colour and characters that it has, text of others made harmless. */
import { styleText } from 'node:util'
import type { Look, Tone } from '../words.ts'

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

export interface Pen {
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

export function penOf({ color, unicode, width = 80, verbose = false }: TerminalOptions): Pen {
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
