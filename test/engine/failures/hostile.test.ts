/**
 * Models whose sizes are right and whose contents are not: llama.cpp refuses most of them, and aborts on some. Either way
 * the caller gets an error about the file, which does not say that opening it again would help.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openModel } from '../../../src/engine/open.ts'
import type { MetadataValue } from '../../support/gguf-writer.ts'
import { type ModelParts, VOCABULARY, writeTinyModel } from '../../support/tiny-gguf.ts'
import { failureOf } from './failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-hostile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'hostile.gguf')

type Change = (parts: ModelParts) => void
const put =
  (key: string, value: MetadataValue): Change =>
  ({ metadata }) => {
    metadata[key] = value
  }
const drop =
  (key: string): Change =>
  ({ metadata }) => {
    delete metadata[key]
  }
const without =
  (name: string): Change =>
  parts => {
    parts.tensors = parts.tensors.filter(tensor => tensor.name !== name)
  }
const twice =
  (name: string): Change =>
  parts => {
    parts.tensors = parts.tensors.flatMap(tensor => (tensor.name === name ? [tensor, tensor] : [tensor]))
  }
const turned =
  (name: string): Change =>
  parts => {
    parts.tensors = parts.tensors.map(tensor =>
      tensor.name === name ? { ...tensor, shape: tensor.shape.toReversed() } : tensor,
    )
  }

const wrong: readonly (readonly [string, Change])[] = [
  ['a text for the number of blocks', put('llama.block_count', { string: '4' })],
  ['a fraction for the number of blocks', put('llama.block_count', { f32: 4 })],
  ['no number of blocks', drop('llama.block_count')],
  ['fewer heads than the tensors have', put('llama.attention.head_count', { u32: 2 })],
  ['a list of the wrong length for the heads', put('llama.attention.head_count_kv', { i32s: [2, 2] })],
  ['a text for the width inside', put('llama.feed_forward_length', { string: 'wide' })],
  ['a text for an epsilon', put('llama.attention.layer_norm_rms_epsilon', { string: '0' })],
  ['a text for the type of file', put('general.file_type', { string: 'Q8_0' })],
  ['numbers for tokens', put('tokenizer.ggml.tokens', { i32s: [1, 2, 3] })],
  ['fewer tokens than rows of the embedding', put('tokenizer.ggml.tokens', { strings: ['a', 'b'] })],
  ['fewer types than tokens', put('tokenizer.ggml.token_type', { i32s: [1, 1] })],
  ['fewer scores than tokens', put('tokenizer.ggml.scores', { f32s: [0, 0] })],
  ['numbers for merges', put('tokenizer.ggml.merges', { i32s: [1, 2] })],
  ['no tokens', drop('tokenizer.ggml.tokens')],
  ['a tokenizer that nobody knows', put('tokenizer.ggml.model', { string: 'cuneiform' })],
  ['no embedding', without('token_embd.weight')],
  ['no matrix in a block', without('blk.3.ffn_down.weight')],
  ['a tensor twice', twice('blk.0.attn_q.weight')],
  ['a tensor turned round', turned('blk.0.ffn_up.weight')],
  [
    'no tensors at all',
    parts => {
      parts.tensors = []
    },
  ],
]

test.each(wrong)('%s is refused as a file that is no model', async (_, change) => {
  writeTinyModel(file, { change })
  const error = await failureOf(openModel(file, { threads: 1 }))
  expect(error).toMatchObject({ code: 'model-invalid', where: file, fix: expect.stringMatching(/again, |converted/) })
  expect(error.message).not.toMatch(/crash/)
})

describe('what makes llama.cpp abort as it loads', () => {
  const aborting: readonly (readonly [string, Change])[] = [
    ['one token many times', put('tokenizer.ggml.tokens', { strings: new Array(VOCABULARY.length).fill('a') })],
    ['experts of which none is used', put('llama.expert_count', { u32: 2 })],
    ['more experts used than there are', put('llama.expert_used_count', { u32: 2 })],
    ['more experts than there can be', put('llama.expert_count', { u32: 2 ** 31 })],
    ['an epsilon below zero', put('llama.attention.layer_norm_rms_epsilon', { f32: -1 })],
    ['an epsilon that is no number', put('llama.attention.layer_norm_rms_epsilon', { f32: Number.NaN })],
  ]
  test.each(aborting)('%s', async (_, change) => {
    writeTinyModel(file, { change })
    const error = await failureOf(openModel(file, { threads: 1 }))
    expect(error).toMatchObject({
      code: 'model-invalid',
      message: 'llama.cpp crashes while it loads this model',
      // Its last words say which assumption did not hold.
      found: expect.stringMatching(/^SIGABRT: .*GGML_ASSERT/),
      where: file,
    })
    expect(error.fix).toMatch(/^Opening it again would crash again\. Download/)
  })
})

const odd: readonly (readonly [string, Change])[] = [
  ['a template that is no text', put('tokenizer.chat_template', { i32s: [1] })],
  ['a first token beyond the vocabulary', put('tokenizer.ggml.bos_token_id', { u32: 99_999 })],
  ['a last token of minus one', put('tokenizer.ggml.eos_token_id', { u32: 2 ** 32 - 1 })],
  ['merges that merge nothing', put('tokenizer.ggml.merges', { strings: ['abc', '', 'x y z', ' '] })],
  ['types of tokens that nobody knows', put('tokenizer.ggml.token_type', { i32s: new Array(281).fill(99) })],
]
test.each(odd)('%s is lived with', async (_, change) => {
  writeTinyModel(file, { change })
  await using model = await openModel(file, { threads: 1 })
  expect((await model.generate([{ raw: 'hello' }], { maxTokens: 3 }))[0]?.tokens).toHaveLength(3)
})
