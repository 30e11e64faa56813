/** A result as the store gives it back: unknown until looked at. */
import { PlimsollError } from '../errors.ts'
import type { StudyResult } from './result.ts'

/** @throws PlimsollError `store-invalid` for a result that another version wrote */
export function readResult(value: unknown): StudyResult {
  if (isResult(value)) return value
  throw new PlimsollError('store-invalid', 'The store holds a result that this version cannot read', {
    expected: 'a result of schema 1',
    fix: 'Run the study again: answers that are still valid are reused.',
  })
}

function isResult(value: unknown): value is StudyResult {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1 && 'conditions' in value
}
