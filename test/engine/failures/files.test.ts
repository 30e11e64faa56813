/** Files that are no model, or lie: an error that says so, within a second and without taking memory on their word. */
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readHeader } from '../../../src/engine/header.ts'
import { openModel } from '../../../src/engine/open.ts'
import type { PlimsollError } from '../../../src/errors.ts'
import { writeNotGguf, writeTinyModel, writeTruncated } from '../../support/tiny-gguf.ts'
import { failureOf } from './failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)
const whole = at('whole.gguf')
writeTinyModel(whole)

/** What opening a file fails with; the process must not grow by what the file claims. */
async function refusal(file: string): Promise<PlimsollError> {
  const before = process.memoryUsage().rss
  const began = process.cpuUsage()
  const error = await failureOf(openModel(file, { threads: 1 }))
  // Of the processor, since other programs take their share of the clock; to read 64 GB takes longer on any machine.
  const { user, system } = process.cpuUsage(began)
  expect((user + system) / 1e6).toBeLessThan(3)
  expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20)
  expect(error.fix).toMatch(/\w+ \w+/)
  return error
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}
const text = (value: string) => Buffer.concat([u64(BigInt(value.length)), Buffer.from(value)])
const huge = 2n ** 63n
const architecture = Buffer.concat([text('general.architecture'), u32(8), text('llama')])
/** A header of parts: tensor count, entry count, then whatever follows. */
const header = (tensors: bigint, entries: bigint, ...rest: Buffer[]) =>
  Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors), u64(entries), ...rest])
const tensor = (shape: readonly bigint[], { type = 0, offset = 0n, dimensions = shape.length } = {}) =>
  Buffer.concat([text('token_embd.weight'), u32(dimensions), ...shape.map(u64), u32(type), u64(offset)])
const padding = Buffer.alloc(4096)

describe('a file that is no model', () => {
  test('no such file, and a folder', async () => {
    expect(await refusal(at('missing.gguf'))).toMatchObject({ code: 'not-found', where: at('missing.gguf') })
    expect(await refusal(folder)).toMatchObject({ code: 'not-found', found: expect.stringContaining('not a file') })
  })

  test('not a GGUF, and empty', async () => {
    writeNotGguf(at('letter.gguf'))
    expect(await refusal(at('letter.gguf'))).toMatchObject({ code: 'model-invalid', found: 'it begins with "A le"' })
    writeFileSync(at('empty.gguf'), '')
    expect(await refusal(at('empty.gguf'))).toMatchObject({ code: 'model-invalid', found: 'an empty file' })
  })

  test('truncated in its tensors, by one byte, and in its header', async () => {
    writeTruncated(at('half.gguf'), whole)
    expect(await refusal(at('half.gguf'))).toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/truncated/),
    })
    writeFileSync(at('short.gguf'), readFileSync(whole))
    truncateSync(at('short.gguf'), statSync(whole).size - 1)
    expect(await refusal(at('short.gguf'))).toMatchObject({
      code: 'model-invalid',
      expected: expect.stringMatching(/tensor output.weight/),
    })
    const bytes = readFileSync(whole)
    for (const length of [5, 12, 30, 100, 1000, 4000]) {
      writeFileSync(at('header.gguf'), bytes.subarray(0, length))
      expect(await refusal(at('header.gguf'))).toMatchObject({ code: 'model-invalid' })
    }
  })

  test('an older version, the other byte order, and a type of tensor that nobody reads', async () => {
    const old = Buffer.concat([Buffer.from('GGUF'), u32(1), padding])
    writeFileSync(at('old.gguf'), old)
    expect(await refusal(at('old.gguf'))).toMatchObject({ code: 'model-unsupported', found: 'version 1' })
    old.writeUInt32BE(3, 4)
    writeFileSync(at('old.gguf'), old)
    expect(await refusal(at('old.gguf'))).toMatchObject({ code: 'model-unsupported' })
    writeFileSync(at('type.gguf'), header(1n, 1n, architecture, tensor([32n, 4n], { type: 31 }), padding))
    expect(await refusal(at('type.gguf'))).toMatchObject({
      code: 'model-unsupported',
      found: expect.stringMatching(/type 31/),
    })
  })

  test('an architecture that llama.cpp does not know', async () => {
    const text = readFileSync(whole).toString('latin1').replaceAll('llama', 'lhama')
    const bytes = Buffer.from(text, 'latin1')
    writeFileSync(at('unknown.gguf'), bytes)
    expect(await refusal(at('unknown.gguf'))).toMatchObject({
      code: 'model-unsupported',
      found: expect.stringMatching(/lhama/),
    })
  })
})

const lies: readonly (readonly [string, Buffer])[] = [
  ['tensors', header(huge, 1n, architecture)],
  ['metadata entries', header(0n, huge)],
  ['a count just within the limits', header(100_000n, 100_000n, architecture)],
  ['the length of a key', header(0n, 1n, u64(huge))],
  ['the length of a key, past 2⁶³', header(0n, 1n, u64(2n ** 64n - 1n))],
  ['the length of a text', header(0n, 1n, text('general.architecture'), u32(8), u64(2n ** 40n))],
  ['a text of a gigabyte', header(0n, 1n, text('general.architecture'), u32(8), u64(2n ** 30n))],
  ['a list of strings', header(0n, 1n, text('tokens'), u32(9), u32(8), u64(huge))],
  ['a list of a billion strings', header(0n, 1n, text('tokens'), u32(9), u32(8), u64(10n ** 9n))],
  ['a list of numbers', header(0n, 1n, text('scores'), u32(9), u32(6), u64(2n ** 62n))],
  ['a list of lists', header(0n, 1n, text('scores'), u32(9), u32(9), u64(4n))],
  ['a type of value', header(0n, 1n, text('general.architecture'), u32(77))],
  ['no architecture', header(0n, 0n)],
  ['an alignment of 0', header(0n, 2n, architecture, text('general.alignment'), u32(4), u32(0))],
  ['an alignment of 33', header(0n, 2n, architecture, text('general.alignment'), u32(4), u32(33))],
  ['dimensions', header(1n, 1n, architecture, tensor([], { dimensions: 2 ** 31 }))],
  ['a dimension', header(1n, 1n, architecture, tensor([huge]))],
  ['dimensions that overflow', header(1n, 1n, architecture, tensor([2n ** 32n, 2n ** 32n, 2n ** 32n]))],
  ['dimensions that come to nothing', header(1n, 1n, architecture, tensor([2n ** 32n, 2n ** 32n, 0n]))],
  ['a tensor larger than the file', header(1n, 1n, architecture, tensor([4096n, 4096n]))],
  ['half a block of values', header(1n, 1n, architecture, tensor([33n, 4n], { type: 8 }))],
  ['an offset beyond the file', header(1n, 1n, architecture, tensor([32n, 4n], { offset: 2n ** 50n }))],
  ['an offset that is not aligned', header(1n, 1n, architecture, tensor([32n, 4n], { offset: 8n }))],
]

test.each(lies)('a header that lies about %s', async (_, bytes) => {
  writeFileSync(at('lie.gguf'), Buffer.concat([bytes, padding]))
  expect(await refusal(at('lie.gguf'))).toMatchObject({ code: 'model-invalid', where: at('lie.gguf') })
})

test('a sparse file of 64 GB whose header claims to fill it', async () => {
  writeFileSync(at('sparse.gguf'), header(0n, 1n, text('scores'), u32(9), u32(8), u64(10_000_000n)))
  truncateSync(at('sparse.gguf'), 64 * 2 ** 30)
  expect(await refusal(at('sparse.gguf'))).toMatchObject({ code: 'model-invalid' })
  const big = header(0n, 1n, text('scores'), u32(9), u32(6), u64(2n ** 33n))
  writeFileSync(at('sparse.gguf'), big)
  truncateSync(at('sparse.gguf'), 64 * 2 ** 30)
  expect(await refusal(at('sparse.gguf'))).toMatchObject({
    code: 'model-invalid',
    expected: expect.stringMatching(/at most/),
  })
  rmSync(at('sparse.gguf'))
})

/** The numbers of the header, changed one by one: the engine reads them before anybody else does. */
const keys = [
  'block_count',
  'embedding_length',
  'feed_forward_length',
  'attention.head_count',
  'attention.head_count_kv',
  'context_length',
  'rope.dimension_count',
  'vocab_size',
]
test.each(keys.flatMap(key => [0, 1000, 2 ** 32 - 1].map(value => ({ key, value }))))(
  'a header that says $key $value opens as a model that works, or not at all',
  async ({ key, value }) => {
    const bytes = readFileSync(whole)
    const place = bytes.indexOf(`llama.${key}`) + `llama.${key}`.length + 4
    bytes.writeUInt32LE(value, place)
    writeFileSync(at('number.gguf'), bytes)
    try {
      await using model = await openModel(at('number.gguf'), { threads: 1 })
      expect(await model.generate(['hello'], { maxTokens: 2 })).toHaveLength(1)
    } catch (error) {
      expect(error).toMatchObject({ code: 'model-invalid', fix: expect.stringMatching(/\w+ \w+/) })
    }
  },
)

test('the header of a model is what was written', async () => {
  const { architecture: name, tensors, metadata, size } = await readHeader(whole)
  expect(name).toBe('llama')
  expect(metadata.get('llama.block_count')).toBe(4)
  expect(metadata.get('llama.attention.layer_norm_rms_epsilon')).toBeCloseTo(1e-5, 9)
  expect(metadata.get('tokenizer.ggml.add_bos_token')).toBe(true)
  expect(metadata.get('tokenizer.ggml.tokens')).toEqual({ length: 281 })
  expect(tensors).toHaveLength(1 + 4 * 9 + 2)
  const last = tensors.at(-1)
  expect((last?.start ?? 0) + (last?.bytes ?? 0)).toBe(size)
})
