import { z } from 'zod'
import { StudyFile } from './schema.ts'

/** JSON Schema of a study file, for editors. */
export function studyJsonSchema(): unknown {
  return { ...z.toJSONSchema(StudyFile, { io: 'input' }), title: 'Plimsoll study' }
}
