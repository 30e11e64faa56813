/** Writes study.schema.json, which editors read for the files of studies. */
import { writeFileSync } from 'node:fs'
import { studyJsonSchema } from '../src/study/json-schema.ts'

writeFileSync(new URL('../study.schema.json', import.meta.url), `${JSON.stringify(studyJsonSchema(), null, 2)}\n`)
