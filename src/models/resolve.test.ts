import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/downloads.ts'
import { modelFile } from './cache.ts'
import { resolveModel } from './resolve.ts'

test('a registry name gives the cached file, and before that the command that gets it', async () => {
  await using folder = await temporaryFolder()
  await expect(resolveModel('smollm2-135m', folder.path)).rejects.toMatchObject({
    code: 'not-found',
    fix: expect.stringContaining('plimsoll model pull smollm2-135m'),
  })
  await mkdir(join(folder.path, 'models'))
  await writeFile(modelFile('smollm2-135m', folder.path), 'GGUF')
  expect(await resolveModel('SmolLM2-135M', folder.path)).toMatchObject({
    name: 'smollm2-135m',
    file: modelFile('smollm2-135m', folder.path),
    entry: { instruct: true },
  })
})

test('the organism is part of the package', async () => {
  await using folder = await temporaryFolder()
  expect((await resolveModel('organism', folder.path)).entry?.label).toBe('teaching aid')
})

test('a file of the user is taken by its path, and by its name once it lies in the cache', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'models', 'Mine-Q4.gguf')
  await mkdir(join(folder.path, 'models'))
  await writeFile(file, 'GGUF...')
  expect(await resolveModel(file, folder.path)).toEqual({ file, name: 'Mine-Q4' })
  expect(await resolveModel('Mine-Q4', folder.path)).toEqual({ file, name: 'Mine-Q4' })
})

test('a file that is no GGUF, and one that is not there', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'model.gguf')
  await expect(resolveModel(file, folder.path)).rejects.toMatchObject({ code: 'not-found', where: file })
  await writeFile(file, 'PK\x03\x04')
  await expect(resolveModel(file, folder.path)).rejects.toMatchObject({
    code: 'model-invalid',
    found: expect.stringContaining('PK'),
  })
})

test.each([
  ['smollm2', 'smollm2-135m'],
  ['SmolLM-135M', 'smollm2-135m'],
  ['organsim', 'organism'],
  ['gemma', 'gemma3-270m'],
])('%s: did you mean %s', async (typed, meant) => {
  await using folder = await temporaryFolder()
  await expect(resolveModel(typed, folder.path)).rejects.toMatchObject({
    code: 'not-found',
    fix: expect.stringMatching(`Did you mean .*${meant}`),
  })
})
