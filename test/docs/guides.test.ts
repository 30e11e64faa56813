/** Every program of the engine's guides type-checks against the sources and runs on the organism. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, describe, expect, test } from 'vitest'
import { blocks, documents, read, root } from './documents.ts'

const organism = join(root, 'models/organism/organism.gguf')
const index = join(root, 'src/engine/index.ts')
/** What a block that takes no model is called by the program after it. */
const modules: Readonly<Record<string, string>> = { 'export default': 'halve.ts' }

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-guides-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
// Node looks here for the package's type and for its own types.
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')

const guides = documents
  .map(document => ({
    document,
    programs: blocks(read(document))
      .filter(({ language, text }) => language === 'ts' && text.includes("'plimsoll/engine'"))
      .map(({ text }, i) => {
        const module = Object.entries(modules).find(([mark]) => text.includes(mark))?.[1]
        return { name: module ?? `${document.replaceAll(/\W+/g, '-')}-${i + 1}.ts`, text, runs: module === undefined }
      }),
  }))
  .filter(({ programs }) => programs.length > 0)

test('there are guides', () => {
  expect(guides.map(({ document }) => document)).toEqual(expect.arrayContaining(['docs/hidden-states.md']))
})

describe.each(guides)('$document', ({ programs }) => {
  test('type-checks', () => {
    const files = programs.map(({ name, text }) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    })
    const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
    const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
    const program = ts.createProgram({
      rootNames: files,
      options: {
        ...options,
        paths: { 'plimsoll/engine': [index] },
        typeRoots: [join(root, 'node_modules/@types')],
      },
    })
    const found = files.flatMap(file => {
      const source = program.getSourceFile(file)
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        ({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
      )
    })
    expect(found).toEqual([])
  })

  test.each(programs.filter(({ runs }) => runs))('$name runs', { timeout: 120_000 }, async ({ name }) => {
    for (const { name, text } of programs) {
      writeFileSync(join(folder, name), text.replace("'plimsoll/engine'", `'${pathToFileURL(index).href}'`))
    }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, name), organism])
    expect(stderr).toBe('')
    expect(stdout.trim()).not.toBe('')
    expect(stdout).not.toMatch(/\b(undefined|NaN|\[object Object\])/)
  })
})
