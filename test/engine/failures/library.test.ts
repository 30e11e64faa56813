/** Libraries of another release, or none: refused by name before anything is computed with them. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { writeTinyModel } from '../../support/tiny-gguf.ts'
import { canTamper, openTampered } from './installation.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-library-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const model = join(folder, 'tiny.gguf')
writeTinyModel(model)

const metadata = '_nlcBuildMetadata.json'
function library(binaries: string, pattern: RegExp): string {
  return join(binaries, readdirSync(binaries).find(name => pattern.test(name)) ?? 'none')
}
const llama = (binaries: string) => library(binaries, /^libllama\.v/)

describe.skipIf(!canTamper)('the llama.cpp libraries', () => {
  test('a copy that nobody tampered with works', async () => {
    expect(await openTampered(model, () => {})).toBeNull()
  })

  test('of another release, as they say themselves', async () => {
    const failure = await openTampered(model, binaries => {
      const file = join(binaries, metadata)
      writeFileSync(file, readFileSync(file, 'utf8').replace('v0.5.0', 'v0.6.1'))
    })
    expect(failure).toMatchObject({
      code: 'library-mismatch',
      found: 'v0.6.1',
      expected: 'v0.5.0',
      fix: expect.stringMatching(/^Run: npm install @node-llama-cpp.*@3\.22\.1$/),
    })
  })

  test('with no word about their release', async () => {
    const failure = await openTampered(model, binaries => rmSync(join(binaries, metadata)))
    expect(failure).toMatchObject({ code: 'library-mismatch', found: expect.stringMatching(/^unknown/) })
  })

  test('whose structs are laid out or filled otherwise, whatever they say', async () => {
    const failure = await openTampered(model, binaries => {
      const file = llama(binaries)
      const bytes = readFileSync(file)
      // n_ctx, n_batch and n_ubatch as llama_context_default_params gives them.
      const defaults = Buffer.from(Uint32Array.of(512, 2048, 512).buffer)
      const at = bytes.indexOf(defaults)
      expect(at).toBeGreaterThan(0)
      expect(bytes.indexOf(defaults, at + 1)).toBe(-1)
      bytes.writeUInt32LE(4096, at + 4)
      writeFileSync(file, bytes)
    })
    expect(failure).toMatchObject({
      code: 'library-mismatch',
      found: 'llama_context_default_params().n_batch = 4096',
      expected: expect.stringMatching(/^2048/),
    })
  })

  test('without a function that is called', async () => {
    const failure = await openTampered(model, binaries => {
      const file = llama(binaries)
      const bytes = readFileSync(file, 'latin1').replaceAll('llama_get_memory', 'llama_got_memory')
      writeFileSync(file, bytes, 'latin1')
    })
    expect(failure).toMatchObject({
      code: 'library-mismatch',
      found: expect.stringMatching(/llama_g[eo]t_memory/),
      fix: expect.stringMatching(/npm install/),
    })
  })

  test('that are no libraries', async () => {
    const failure = await openTampered(model, binaries => writeFileSync(llama(binaries), 'not a library'))
    expect(failure).toMatchObject({ code: 'library-mismatch', message: expect.stringMatching(/could not be loaded/) })
  })

  test('of which one is missing', async () => {
    const failure = await openTampered(model, binaries => rmSync(llama(binaries)))
    expect(failure).toMatchObject({ code: 'library-missing', fix: expect.stringMatching(/npm install --force/) })
  })

  test('without one for any processor', async () => {
    const failure = await openTampered(model, binaries => {
      for (const name of readdirSync(binaries)) if (name.startsWith('libggml-cpu')) rmSync(join(binaries, name))
    })
    expect(failure).toMatchObject({ code: 'library-mismatch', found: expect.stringMatching(/no library for any/) })
  })

  test('that were never installed', async () => {
    const failure = await openTampered(model, (_, installed) => rmSync(installed, { recursive: true }))
    expect(failure).toMatchObject({
      code: 'library-missing',
      found: expect.stringMatching(/^no @node-llama-cpp/),
      fix: expect.stringMatching(/^Run: npm install/),
    })
  })
})

/**
 * Packages for graphics processors are large and wanted by choice. What stands for one here is a copy of the plain package
 * under its name; one of another release shows by its error that it is the one that was taken.
 */
describe.skipIf(!canTamper || process.arch !== 'x64')('packages for graphics processors', () => {
  afterEach(() => {
    delete process.env.PLIMSOLL_GPU
  })
  /** Installs a package beside the plain one. */
  const beside =
    (build: 'cuda' | 'vulkan', release: 'right' | 'another' = 'right') =>
    (_: string, installed: string): void => {
      const name = `${basename(installed)}-${build}`
      const copy = join(dirname(installed), name)
      cpSync(installed, copy, { recursive: true })
      const binaries = join(copy, 'bins', name)
      renameSync(join(copy, 'bins', basename(installed)), binaries)
      if (release === 'right') return
      const file = join(binaries, metadata)
      writeFileSync(file, readFileSync(file, 'utf8').replace('v0.5.0', 'v0.6.1'))
    }
  const taken = (build: string) => ({
    code: 'library-mismatch',
    fix: `Run: npm install @node-llama-cpp/linux-x64-${build}@3.22.1`,
  })

  test('are picked up when they are installed, CUDA before Vulkan', async () => {
    expect(await openTampered(model, beside('vulkan', 'another'))).toMatchObject(taken('vulkan'))
    const both = (binaries: string, installed: string) => {
      beside('vulkan')(binaries, installed)
      beside('cuda', 'another')(binaries, installed)
    }
    expect(await openTampered(model, both)).toMatchObject(taken('cuda'))
  })

  test('work where there is no graphics processor', async () => {
    expect(await openTampered(model, beside('vulkan'))).toBeNull()
  })

  test('are chosen among, or left, by PLIMSOLL_GPU', async () => {
    const both = (binaries: string, installed: string) => {
      beside('vulkan')(binaries, installed)
      beside('cuda', 'another')(binaries, installed)
    }
    process.env.PLIMSOLL_GPU = 'vulkan'
    expect(await openTampered(model, both)).toBeNull()
    process.env.PLIMSOLL_GPU = 'off'
    expect(await openTampered(model, beside('cuda', 'another'))).toBeNull()
    process.env.PLIMSOLL_GPU = 'cuda'
    expect(await openTampered(model, () => {})).toMatchObject({
      code: 'library-missing',
      expected: '@node-llama-cpp/linux-x64-cuda@3.22.1',
    })
    process.env.PLIMSOLL_GPU = 'abacus'
    expect(await openTampered(model, () => {})).toMatchObject({ code: 'usage', expected: 'cuda, vulkan, off' })
  })
})
