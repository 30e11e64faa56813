import { PlimsollError } from '../../errors.ts'

/** Steering went so far that what the model computes is no number any more. */
export function beyondNumbers(found: string, expected: string): PlimsollError {
  return new PlimsollError('edit-failed', 'Steering pushed the hidden states beyond what the model can compute with', {
    found,
    expected,
    fix: 'Lower the strength.',
  })
}
