import { PlimsollError } from '../../errors.ts'

/** @throws PlimsollError `cancelled` */
export function stopWhenAsked(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new PlimsollError('cancelled', 'Scoring was stopped', {
      found: 'an interruption',
      fix: 'Run the same command again: it goes on where it stopped.',
      cause: signal.reason,
    })
}
