/** Ctrl-C: the first asks the work to stop where nothing is lost, the second ends the program. */
import { exitCodes } from './failure.ts'
import type { Output } from './output.ts'

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
}

export function listenForInterrupt(output: Output, message: string): Interrupt {
  const controller = new AbortController()
  const onInterrupt = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    if (!output.quiet) process.stderr.write(`\n  ${message}\n`)
    controller.abort()
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onInterrupt)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onInterrupt)
    },
  }
}

/** The command as it was typed, to be typed again. */
export function thisCommand(argv: readonly string[] = process.argv.slice(2)): string {
  return ['plimsoll', ...argv.map(quoted)].join(' ')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word.replaceAll(/(["\\$`])/g, '\\$1')}"`
}
