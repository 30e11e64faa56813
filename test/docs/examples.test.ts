/** Examples of the documents are what the code accepts. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { parseStudy, resolveStudy } from '../../src/study/config.ts'
import { StudyFile } from '../../src/study/schema.ts'
import { blocks, codeSpans, documents, read, root } from './documents.ts'

const example = 'docs/examples/library.ts'
const code = blocks(read('README.md')).filter(({ language }) => language === 'ts')

test('the README shows the example that is tested', () => {
  expect(code.map(({ text }) => text)).toEqual([read(example)])
})

test('the example type-checks against the sources', () => {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const program = ts.createProgram({
    rootNames: [join(root, example)],
    options: { ...options, paths: { plimsoll: [join(root, 'src/index.ts')] } },
  })
  const file = program.getSourceFile(join(root, example))
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
  expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
})

test('the example runs', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-example-'))
  try {
    const file = join(folder, 'library.ts')
    const index = pathToFileURL(join(root, 'src/index.ts')).href
    writeFileSync(file, read(example).replace("'plimsoll'", `'${index}'`))
    const { stdout } = await promisify(execFile)(process.execPath, [file])
    // One line with both answers, one with what the study found.
    expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/\S → \S/), expect.stringMatching(/\w+.*\.$/)])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

const studies = documents.flatMap(document =>
  blocks(read(document))
    .filter(({ language }) => language === 'yaml')
    .map(({ text }, i) => ({ name: `${document}, study ${i + 1}`, text })),
)

test.each(studies)('$name is a study file', ({ name, text }) => {
  expect(resolveStudy({ name: 'example', ...parseStudy(text, name) }).model).not.toBe('')
})

test('docs/studies.md names every key of a study file', () => {
  const { properties } = z
    .object({ properties: z.record(z.string(), z.unknown()) })
    .parse(z.toJSONSchema(StudyFile, { io: 'input' }))
  const told = new Set(codeSpans(read('docs/studies.md')))
  expect(Object.keys(properties).filter(key => !told.has(key))).toEqual([])
})
