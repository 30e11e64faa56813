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
    output.note(`\n  ${message}`)
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
