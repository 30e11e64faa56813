/** What a call failed with. */
import { PlimsollError } from '../../../src/errors.ts'

/** The error of a call that has to fail, in the form every Plimsoll error has. */
export async function failureOf(call: Promise<unknown>): Promise<PlimsollError> {
  const outcome = await call.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  if (!('error' in outcome)) throw new Error('the call did not fail')
  if (outcome.error instanceof PlimsollError) return outcome.error
  throw outcome.error
}
