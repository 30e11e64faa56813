/**
 * Autoencoders from files: `.npz` as Gemma Scope publishes them (Lieberum et al. 2024, arXiv 2408.05147), `.safetensors`
 * of SAELens with its `cfg.json`, of Gemma Scope, and our own.
 */
import { dirname, extname, join, resolve } from 'node:path'
import type { ModelInfo } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import { readSafetensors } from '../formats/safetensors.ts'
import { readWhole } from '../formats/whole-file.ts'
import { type Arrays, type Weights, weightsOf } from './arrays.ts'
import type { SparseAutoencoder } from './autoencoder.ts'
import { ownMetadata } from './file.ts'
import { readNpz } from './npz.ts'
import { type Described, describedBy } from './sae-lens.ts'

/**
 * Reads an autoencoder and checks that it is one of this model's states.
 * @throws PlimsollError `not-found`, `invalid-input`, `vector-mismatch` for another width, depth or model
 */
export async function openAutoencoder(
  file: string,
  model: Pick<ModelInfo, 'name' | 'width' | 'layers' | 'fingerprint'>,
): Promise<SparseAutoencoder> {
  const autoencoder = await read(file, model)
  const { width, layer } = autoencoder
  if (width !== model.width) throw otherModel(file, `states of ${width} values`, `${model.name} has ${model.width}`)
  if (layer !== null && layer >= model.layers)
    throw otherModel(file, `trained at layer ${layer}`, `${model.name} has layers 0 to ${model.layers - 1}`)
  return autoencoder
}

async function read(file: string, model: Pick<ModelInfo, 'name' | 'fingerprint'>): Promise<SparseAutoencoder> {
  switch (extname(file).toLowerCase()) {
    case '.npz':
      return publishedBy(await readNpz(file), file)
    case '.safetensors': {
      const content = readSafetensors(
        await readWhole(file, 'The autoencoder', 'train one with `plimsoll sae train`'),
        file,
      )
      const own = ownMetadata(content, file)
      if (own === null) return await publishedBy(content.tensors, file)
      const { record, activation } = own
      if (record.model.fingerprint !== model.fingerprint)
        throw otherModel(file, `trained on ${record.model.name}`, `trained on ${model.name}, this very model`)
      const { thresholds: _, ...weights } = weightsOf(content.tensors, file)
      return { ...weights, activation, input: 'state less decoder bias', layer: record.layer }
    }
    default:
      throw new PlimsollError('invalid-input', 'The file is no autoencoder', {
        found: extname(file) || 'a file without extension',
        expected: '.npz (Gemma Scope) or .safetensors (SAELens, Gemma Scope, `plimsoll sae train`)',
        where: file,
        fix: 'Name the file with the weights.',
      })
  }
}

/** By SAELens's word where it is there; else what has thresholds is taken to be of Gemma Scope. */
async function publishedBy(arrays: Arrays, file: string): Promise<SparseAutoencoder> {
  const { thresholds, ...weights }: Weights = weightsOf(arrays, file)
  const described = await describedBy(join(dirname(file), 'cfg.json'), thresholds)
  return { ...weights, ...(described ?? gemmaScope(thresholds, file)) }
}

function gemmaScope(thresholds: Float32Array | null, file: string): Described {
  if (thresholds !== null)
    return { input: 'state', activation: { kind: 'jump-relu', thresholds }, layer: layerInPath(file) }
  throw new PlimsollError('invalid-input', 'The autoencoder does not say which activation it has', {
    found: 'no array threshold, and no cfg.json beside the file',
    expected: 'either',
    where: file,
    fix: 'Put the cfg.json that belongs to it beside it.',
  })
}

/** Gemma Scope tells the layer by folders such as `layer_20/width_16k/average_l0_91`. */
function layerInPath(file: string): number | null {
  const named = [...resolve(file).matchAll(/[\\/]layer_(\d+)(?=[_\\/])/g)].at(-1)
  return named === undefined ? null : Number(named[1])
}

function otherModel(where: string, found: string, expected: string): PlimsollError {
  return new PlimsollError('vector-mismatch', 'The autoencoder belongs to another model', {
    found,
    expected,
    where,
    fix: 'Take an autoencoder of this model, or train one with `plimsoll sae train`.',
  })
}
