/** Whether a value is a result that this version can read. Of no other module, so that a browser can ask too. */
import type { StudyResult } from './result.ts'

export function isResult(value: unknown): value is StudyResult {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1 && 'conditions' in value
}
