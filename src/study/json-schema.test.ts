import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { studyJsonSchema } from './json-schema.ts'

it('study.schema.json is what the code accepts (else: node tools/study-schema.ts)', () => {
  const file = new URL('../../study.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(studyJsonSchema())))
})
