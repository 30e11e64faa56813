/** What `npm pack` makes works in an empty folder: the command line, the library, its types. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const root = fileURLToPath(new URL('../../', import.meta.url))
const minute = 60_000
/** npm tells its children where it was started; in another folder that would be wrong. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle|command|config_local)|INIT_CWD)/.test(name),
  ),
)
const onWindows = process.platform === 'win32'

function run(folder: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
    stdio: 'pipe',
    shell: onWindows,
  })
}

const Manifest = z.looseObject({ version: z.string(), exports: z.record(z.string(), z.unknown()) })
const manifest = Manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))

describe('the package', () => {
  let folder = ''

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-package-'))
    // Packing builds first, so that no forgotten build is tested.
    run(root, 'npm', 'pack', '--pack-destination', folder)
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'))
    run(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`)
  }, 5 * minute)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const installed = () => join(folder, 'node_modules', 'plimsoll')

  test('holds what is needed to run, and nothing else', () => {
    const files = readdirSync(installed(), { recursive: true, encoding: 'utf8' }).map(file =>
      file.replaceAll('\\', '/'),
    )
    for (const needed of [
      'bin/plimsoll.cjs',
      'dist/cli/main.js',
      'dist/web/index.html',
      'models/organism/organism.gguf',
      'LICENSE',
      'README.md',
    ]) {
      expect(files).toContain(needed)
    }
    expect(readdirSync(installed()).sort()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'data',
        'dist',
        'models',
        'package.json',
        'study.schema.json',
      ].sort(),
    )
    expect(files.filter(file => /\.test\.|(^|\/)(oracle|tools|src)\/|\.gguf\.|\.map$/.test(file))).toEqual([])
  })

  test('has a file behind everything it exports', () => {
    const files = (target: unknown): string[] =>
      typeof target === 'string'
        ? [target]
        : Object.values(z.record(z.string(), z.unknown()).parse(target)).flatMap(files)
    const told = Object.values(manifest.exports).flatMap(files)
    expect(told.length).toBeGreaterThan(6)
    for (const file of told) expect(() => readFileSync(join(installed(), file))).not.toThrow()
  })

  test('has a command line', () => {
    expect(run(folder, 'npx', '--no-install', 'plimsoll', '--version').trim()).toBe(manifest.version)
    const help = run(folder, 'npx', '--no-install', 'plimsoll', '--help')
    for (const command of ['demo', 'run', 'fit', 'generate', 'report', 'model', 'doctor']) {
      expect(help).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'))
    }
  })

  test('is usable as a library, with types', () => {
    const source = join(folder, 'consumer.ts')
    copyFileSync(join(root, 'test/package/consumer.ts'), source)
    const program = ts.createProgram([source], {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    })
    const problems = ts.getPreEmitDiagnostics(program)
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])

    writeFileSync(join(folder, 'consumer.mjs'), stripTypeScriptTypes(readFileSync(source, 'utf8')))
    run(folder, process.execPath, 'consumer.mjs')
    const made: unknown = JSON.parse(readFileSync(join(folder, 'consumer.json'), 'utf8'))
    expect(made).toMatchObject({
      plain: expect.stringMatching(/\S/),
      steered: [{ layer: 5, tokens: expect.any(Number), relativeChange: expect.any(Number) }],
      control: ['5'],
      served: true,
      embedding: -1,
      site: 'residual',
      error: 'usage',
    })
  })

  test(
    'shows a verdict on the built-in model',
    () => {
      const output = run(folder, 'npx', '--no-install', 'plimsoll', '--quiet', 'demo', '--only-organism')
      expect(output).toContain(`open ${join('plimsoll-results', 'demo', 'report.html')}`)
      const report: unknown = JSON.parse(readFileSync(join(folder, 'plimsoll-results/demo/report.json'), 'utf8'))
      const { conditions } = z
        .looseObject({ conditions: z.array(z.looseObject({ name: z.string(), verdict: z.string().nullable() })) })
        .parse(report)
      expect(conditions.some(condition => condition.name.startsWith('diffmean') && condition.verdict !== null)).toBe(
        true,
      )
    },
    10 * minute,
  )
})
