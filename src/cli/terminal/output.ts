/** What a command writes with: answers on stdout, everything else on stderr. */
import { styleText } from 'node:util'

export interface Output {
  /** One JSON document on stdout in place of text. */
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
  readonly unicode: boolean
  readonly interactive: boolean
  /** The command's answer. */
  print(text: string): void
  printJson(value: unknown): void
  /** What helps a reader and no program. */
  note(text: string): void
  style(format: Parameters<typeof styleText>[0], text: string): string
}

export interface OutputFlags {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly verbose?: boolean | undefined
  readonly color?: boolean | undefined
}

export function createOutput(flags: OutputFlags): Output {
  const json = flags.json ?? false
  const interactive = process.stderr.isTTY === true && !json
  const color = flags.color !== false && !process.env.NO_COLOR && process.stdout.isTTY === true
  return {
    json,
    quiet: flags.quiet ?? false,
    verbose: flags.verbose ?? false,
    color,
    unicode: process.platform !== 'win32' || process.env.WT_SESSION !== undefined,
    interactive,
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
    style: (format, text) => (color ? styleText(format, text) : text),
  }
}
