/** What a command writes with: answers on stdout, everything else on stderr. */
import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

export interface Output {
  /** One JSON document on stdout in place of text. */
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
  readonly unicode: boolean
  /** Whether a status line can be drawn over and over. */
  readonly interactive: boolean
  /** The command's answer. */
  print(text: string): void
  printJson(value: unknown): void
  /** What helps a reader and no program. */
  note(text: string): void
  style(format: Format, text: string): string
  /** As `style`, for what goes to stderr. */
  styleError(format: Format, text: string): string
}

export interface OutputFlags {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly verbose?: boolean | undefined
  readonly color?: boolean | undefined
}

export function createOutput(flags: OutputFlags): Output {
  const json = flags.json ?? false
  const wantsColor = flags.color !== false && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  const styleFor = (stream: NodeJS.WriteStream) => (format: Format, text: string) =>
    wantsColor && stream.isTTY === true ? styleText(format, text, { stream }) : text
  return {
    json,
    quiet: flags.quiet ?? false,
    verbose: flags.verbose ?? false,
    color: wantsColor && process.stdout.isTTY === true,
    unicode: process.platform !== 'win32' || process.env.WT_SESSION !== undefined,
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb' && !json,
    print(text) {
      if (!json) process.stdout.write(`${text}\n`)
    },
    printJson(value) {
      process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    note(text) {
      if (flags.quiet) return
      // In order with the answer where a person reads both.
      const stream = json ? process.stderr : process.stdout
      stream.write(`${text}\n`)
    },
    style: styleFor(process.stdout),
    styleError: styleFor(process.stderr),
  }
}
