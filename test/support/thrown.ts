import { PlimsollError } from '../../src/errors.ts'

/** The error of a call that has to fail as calls should. */
export function thrownBy(run: () => unknown): PlimsollError {
  try {
    run()
  } catch (error) {
    if (error instanceof PlimsollError) return error
    throw error
  }
  throw new Error('expected an error')
}
