import { z } from 'zod'
import { StudyFile } from './schema.ts'

/** JSON Schema of a study file, for editors. What is used in several places stands there once: an eighth of the length. */
export function studyJsonSchema(): unknown {
  return { ...z.toJSONSchema(StudyFile, { io: 'input', reused: 'ref' }), title: 'Plimsoll study' }
}
