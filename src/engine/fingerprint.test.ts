import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gguf } from '@huggingface/gguf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TinyOptions, writeNotGguf, writeTinyModel, writeTruncated } from '../../test/support/tiny-gguf.ts'
import { fingerprintOf } from './fingerprint.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fingerprint-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)
const model = at('tiny.gguf')
let fingerprint = ''
beforeAll(async () => {
  writeTinyModel(model)
  fingerprint = await fingerprintOf(model)
})

async function written(options: TinyOptions): Promise<string> {
  writeTinyModel(at('other.gguf'), options)
  return fingerprintOf(at('other.gguf'))
}

/** Where the data of each tensor begins and how long it is, in bytes. */
async function places(): Promise<{ name: string; start: number; length: number }[]> {
  const { tensorInfos, tensorDataOffset } = await gguf(model, { allowLocalFile: true })
  return tensorInfos.map(({ name, offset, shape }) => ({
    name,
    start: Number(tensorDataOffset + offset),
    length: shape.reduce((product, size) => product * Number(size), 4),
  }))
}

async function withChangedByte(position: number): Promise<string> {
  const bytes = readFileSync(model)
  bytes[position] = bytes[position]! ^ 1
  writeFileSync(at('changed.gguf'), bytes)
  return fingerprintOf(at('changed.gguf'))
}

describe('the fingerprint of a model', () => {
  it('is 32 hexadecimal digits, the same every time and under every name', async () => {
    expect(fingerprint).toMatch(/^[0-9a-f]{32}$/)
    copyFileSync(model, at('another name.gguf'))
    expect(await fingerprintOf(at('another name.gguf'))).toBe(fingerprint)
    expect(await written({})).toBe(fingerprint)
  })

  it.each<[string, TinyOptions]>([
    ['weights', { seed: 2 }],
    ['layers', { layers: 5 }],
    ['width', { width: 64 }],
    ['tensors', { output: 'tied' }],
  ])('is another for other %s', async (_, options) => {
    expect(await written(options)).not.toBe(fingerprint)
  })

  it('is the same for another chat template over the same weights', async () => {
    expect(await written({ template: 'none' })).toBe(fingerprint)
  })

  it('is another when one byte changes at the beginning, the middle or the end of a tensor', async () => {
    const tensors = await places()
    expect(tensors.length).toBeGreaterThan(30)
    const found = new Set([fingerprint])
    let changed = 0
    for (const { start, length } of [tensors[0]!, tensors[7]!, tensors.at(-1)!]) {
      for (const position of [start, start + Math.floor(length / 2), start + length - 1]) {
        found.add(await withChangedByte(position))
        changed++
      }
    }
    expect(found.size).toBe(1 + changed)
  })

  it('sees a change in every tensor', async () => {
    for (const { name, start } of await places()) {
      expect(await withChangedByte(start), name).not.toBe(fingerprint)
    }
  })

  it('is not made of half a file, nor of one whose last bytes are missing', async () => {
    writeTruncated(at('half.gguf'), model)
    await expect(fingerprintOf(at('half.gguf'))).rejects.toMatchObject({
      code: 'model-invalid',
      where: at('half.gguf'),
    })
    copyFileSync(model, at('short.gguf'))
    truncateSync(at('short.gguf'), readFileSync(model).length - 100)
    await expect(fingerprintOf(at('short.gguf'))).rejects.toMatchObject({
      code: 'model-invalid',
      expected: expect.stringContaining('tensor output.weight'),
    })
  })

  it('is not made of anything but a GGUF file', async () => {
    writeNotGguf(at('letter.gguf'))
    await expect(fingerprintOf(at('letter.gguf'))).rejects.toMatchObject({ code: 'model-invalid', expected: '"GGUF"' })
    writeFileSync(at('empty.gguf'), '')
    await expect(fingerprintOf(at('empty.gguf'))).rejects.toMatchObject({ code: 'model-invalid' })
    writeFileSync(at('header.gguf'), readFileSync(model).subarray(0, 1000))
    await expect(fingerprintOf(at('header.gguf'))).rejects.toMatchObject({ code: 'model-invalid' })
  })

  it('needs a file', async () => {
    await expect(fingerprintOf(at('nothing.gguf'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(fingerprintOf(folder)).rejects.toMatchObject({ code: 'not-found', where: folder })
  })
})
