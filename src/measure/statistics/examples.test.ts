/** The examples of docs/statistics.md type-check, run, and print what stands below them. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, expect, test } from 'vitest'
import { blocks, read, root } from '../../../test/docs/documents.ts'

const index = join(root, 'src/measure/statistics/index.ts')
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-statistics-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')

const found = blocks(read('docs/statistics.md'))
const examples = found.flatMap(({ language, text }, i) =>
  language === 'ts' ? [{ name: `example-${i}.ts`, text, prints: found[i + 1] }] : [],
)

test('every group has an example', () => {
  expect(examples.length).toBeGreaterThanOrEqual(7)
})

test('they type-check', () => {
  const files = examples.map(({ name, text }) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  })
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const program = ts.createProgram({
    rootNames: files,
    options: { ...options, paths: { 'plimsoll/statistics': [index] }, typeRoots: [join(root, 'node_modules/@types')] },
  })
  const wrong = files.flatMap(file => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
  })
  expect(wrong).toEqual([])
})

test.each(examples)('$name prints what stands below it', async ({ name, text, prints }) => {
  const file = join(folder, `run-${name}`)
  writeFileSync(file, text.replace("'plimsoll/statistics'", `'${pathToFileURL(index).href}'`))
  const { stdout } = await promisify(execFile)(process.execPath, [file])
  expect(prints).toEqual({ language: 'text', text: stdout })
})
