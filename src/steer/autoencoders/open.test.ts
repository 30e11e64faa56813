import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { zip } from '../../../test/support/downloads.ts'
import { type Tensor, writeSafetensors } from '../formats/safetensors.ts'
import fixture from '../methods/sta-fixture.json' with { type: 'json' }
import { encode } from './autoencoder.ts'
import { openAutoencoder } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-autoencoders-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const written = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const model = { name: 'some model', width: 16, layers: 4, fingerprint: 'ab' }
const small = { ...model, width: 2 }
let files = 0

/** A file in a folder of its own. */
function put(name: string, content: Uint8Array | string): string {
  const file = join(folder, `${files++}`, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  return file
}

const arrays = {
  W_enc: { shape: [2, 3], values: Float32Array.of(1, 0, -1, 0, 1, 1) },
  b_enc: { shape: [3], values: Float32Array.of(0, 0.5, 0) },
  W_dec: { shape: [3, 2], values: Float32Array.of(1, 0, 0, 1, -1, 1) },
  b_dec: { shape: [2], values: Float32Array.of(1, 2) },
}
const threshold = { shape: [3], values: Float32Array.of(2, 1, 1) }

function safetensors(more: Record<string, Tensor> = {}, config?: object, name = 'sae_weights.safetensors'): string {
  const tensors = new Map(Object.entries({ ...arrays, ...more }))
  const file = put(name, writeSafetensors({ tensors, metadata: {} }))
  if (config !== undefined) writeFileSync(join(dirname(file), 'cfg.json'), JSON.stringify(config))
  return file
}

describe('a .npz file that numpy wrote', () => {
  it.each(['fixture.npz', 'fixture-deflated.npz'])('%s encodes states as numpy does', async name => {
    const autoencoder = await openAutoencoder(written(name), model)
    expect(autoencoder).toMatchObject({ width: 16, latents: 40, input: 'state', layer: null })
    const found = fixture.target.positive[0]!.map(state => [...encode(autoencoder, state)])
    expect(found.flat().some(value => value > 0)).toBe(true)
    for (const [token, latents] of fixture.latents.entries())
      for (const [j, value] of latents.entries()) expect(found[token]?.[j]).toBeCloseTo(value, 5)
  })

  it('lies in a folder that says its layer', async () => {
    const file = put('layer_3/width_16k/average_l0_9/params.npz', '')
    copyFileSync(written('fixture.npz'), file)
    expect((await openAutoencoder(file, model)).layer).toBe(3)
    await expect(openAutoencoder(file, { ...model, layers: 3 })).rejects.toMatchObject({
      code: 'vector-mismatch',
      found: 'trained at layer 3',
    })
  })

  it('is refused where a bit is wrong, or the end is missing', async () => {
    const bytes = readFileSync(written('fixture.npz'))
    const turned = Buffer.from(bytes)
    turned[1000]! ^= 1
    await expect(openAutoencoder(put('a.npz', turned), model)).rejects.toMatchObject({
      code: 'invalid-input',
      found: expect.stringContaining('checksum'),
    })
    for (const content of [bytes.subarray(0, 3000), Buffer.from('no archive at all')])
      await expect(openAutoencoder(put('a.npz', content), model)).rejects.toMatchObject({
        code: 'invalid-input',
        message: 'The archive of arrays cannot be read',
      })
  })

  it.each([
    ['a list of names', "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 'values of type |O'],
    ['fewer values', "{'descr': '<f4', 'fortran_order': False, 'shape': (9, 9), }", '4 bytes for 9 × 9 values of 4'],
    ['no header', 'hello', 'a header of another form'],
  ])('is refused with an array of %s', async (_, header, found) => {
    const head = Buffer.alloc(10)
    head.write('\u0093NUMPY\u0001', 'latin1')
    head.writeUInt16LE(header.length + 1, 8)
    const member = Buffer.concat([head, Buffer.from(`${header}\n`), Buffer.alloc(4)])
    await expect(openAutoencoder(put('a.npz', zip({ 'W_enc.npy': member })), model)).rejects.toMatchObject({
      code: 'invalid-input',
      found,
    })
  })
})

describe('a .safetensors file', () => {
  it('of SAELens says in its cfg.json how it encodes, and where', async () => {
    const open = (config: object, more = {}) => openAutoencoder(safetensors(more, config), small)
    const hook_name = 'blocks.2.hook_resid_post'
    expect(await open({ architecture: 'standard', metadata: { hook_name } })).toMatchObject({
      activation: { kind: 'relu' },
      input: 'state less decoder bias',
      layer: 2,
    })
    expect(await open({ architecture: 'topk', k: 2, metadata: { hook_name } })).toMatchObject({
      activation: { kind: 'top-k', k: 2 },
    })
    const jumping = { architecture: 'jumprelu', apply_b_dec_to_input: false }
    expect(await open({ ...jumping, hook_name: 'blocks.2.hook_resid_pre' }, { threshold })).toMatchObject({
      activation: { kind: 'jump-relu', thresholds: threshold.values },
      input: 'state',
      layer: 1,
    })
    // As versions before 6 wrote it, at the input of the first block.
    const old = { activation_fn_str: 'topk', activation_fn_kwargs: { k: 1 }, hook_point: 'blocks.0.hook_resid_pre' }
    expect(await open(old)).toMatchObject({ activation: { kind: 'top-k', k: 1 }, layer: -1 })
  })

  it.each([
    [{ architecture: 'gated' }, 'architecture gated, activation relu'],
    [{ architecture: 'topk' }, 'top-k without k'],
    [{ architecture: 'jumprelu' }, 'jumprelu without an array threshold'],
    [{ normalize_activations: 'layer_norm' }, 'normalize_activations: layer_norm'],
    [{ rescale_acts_by_decoder_norm: true }, 'rescale_acts_by_decoder_norm: true'],
    [{ hook_name: 'blocks.2.hook_mlp_out' }, 'trained on blocks.2.hook_mlp_out'],
  ])('of another kind is refused: %j', async (config, found) => {
    const file = safetensors({}, config)
    await expect(openAutoencoder(file, small)).rejects.toMatchObject({ code: 'invalid-input', found })
  })

  it('without a cfg.json is Gemma Scope’s where it has thresholds, and else does not say what it is', async () => {
    const { W_enc: w_enc, W_dec: w_dec, b_enc, b_dec } = arrays
    const tensors = new Map(Object.entries({ w_enc, w_dec, b_enc, b_dec, threshold }))
    const file = put('layer_1_width_16k_l0_small/params.safetensors', writeSafetensors({ tensors, metadata: {} }))
    expect(await openAutoencoder(file, small)).toMatchObject({
      encoder: w_enc.values,
      activation: { kind: 'jump-relu' },
      input: 'state',
      layer: 1,
    })
    await expect(openAutoencoder(safetensors(), small)).rejects.toMatchObject({
      code: 'invalid-input',
      found: 'no array threshold, and no cfg.json beside the file',
    })
  })
})

describe('an autoencoder is refused', () => {
  const values = Float32Array.of(1, 2)
  it.each([
    [
      'with a value that is none',
      { b_dec: { shape: [2], values: Float32Array.of(1, Number.NaN) } },
      'b_dec: NaN as value 1',
    ],
    [
      'with an infinite value',
      { b_dec: { shape: [2], values: Float32Array.of(-Infinity, 1) } },
      'b_dec: -Infinity as value 0',
    ],
    ['with a bias of another length', { b_enc: { shape: [2], values } }, 'b_enc: 2'],
    ['with the decoder turned round', { W_dec: { shape: [2, 3], values: arrays.W_dec.values } }, 'W_dec: 2 × 3'],
    ['with an encoder that is no matrix', { W_enc: { shape: [6], values: arrays.W_enc.values } }, 'W_enc: 6'],
    ['with latents that are scaled', { scaling_factor: { shape: [2], values } }, /scaling_factor/],
  ])('%s', async (_, more, found) => {
    const file = safetensors(more, { architecture: 'standard' })
    await expect(openAutoencoder(file, small)).rejects.toMatchObject({
      code: 'invalid-input',
      found: typeof found === 'string' ? found : expect.stringMatching(found),
      where: file,
    })
  })

  it('with an array missing, which is named with those that are there', async () => {
    const { b_dec: _, ...rest } = arrays
    const file = put('a.safetensors', writeSafetensors({ tensors: new Map(Object.entries(rest)), metadata: {} }))
    await expect(openAutoencoder(file, small)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The autoencoder has no array b_dec',
      found: 'W_enc, b_enc, W_dec',
    })
  })

  it('of another width', async () => {
    await expect(openAutoencoder(safetensors({ threshold }), model)).rejects.toMatchObject({
      code: 'vector-mismatch',
      found: 'states of 2 values',
      expected: 'some model has 16',
    })
  })

  it('that is not there, or no file of arrays', async () => {
    await expect(openAutoencoder(join(folder, 'nowhere.npz'), model)).rejects.toMatchObject({ code: 'not-found' })
    await expect(openAutoencoder(join(folder, 'nowhere.safetensors'), model)).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(openAutoencoder(put('a.pt', 'x'), model)).rejects.toMatchObject({
      code: 'invalid-input',
      found: '.pt',
    })
  })
})
