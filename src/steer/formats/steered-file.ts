/**
 * Vectors as lm-evaluation-harness reads them (`--model steered --model_args steer_path=FILE.pt`, lm_eval 0.4.13,
 * lm_eval/models/hf_steered.py): a dictionary of modules of the transformers model, with what is done behind each.
 *
 * The harness acts on every token, the beginning of sequence among them. With more than one module it does everywhere what
 * was read last, so only one layer can be written.
 */
import { EMBEDDING } from '../../engine/place.ts'
import { isShared } from '../../engine/steering.ts'
import { parseWhere } from '../../engine/where.ts'
import { PlimsollError } from '../../errors.ts'
import type { Vector } from '../vector.ts'
import { meansEveryToken } from './every-token.ts'
import { type TorchValue, torchFile } from './torch-file.ts'
import { writeWhole } from './whole-file.ts'

/**
 * Writes the file whole or not at all. `add` at strength 1; `ablate` as a clamp to 0.
 * @throws PlimsollError `invalid-input` for what the harness cannot do, `not-found` where it cannot be written
 */
export async function saveSteeredFile(vector: Vector, file: string): Promise<void> {
  await writeWhole(file, torchFile(steeredConfig(vector)), 'The file for lm-evaluation-harness')
}

/** @throws PlimsollError `invalid-input` */
export function steeredConfig(vector: Vector): { readonly [module: string]: TorchValue } {
  const cannot = (found: string, expected: string): never => {
    throw new PlimsollError('invalid-input', 'lm-evaluation-harness cannot do this', {
      found,
      expected,
      fix: 'Keep it as .safetensors: Plimsoll’s own engine applies it.',
    })
  }
  if (vector.edit !== 'add' && vector.edit !== 'ablate')
    return cannot(`the edit ${vector.edit}`, 'a vector that is added, or removed')
  const { site, tokens } = parseWhere(vector.where)
  if (site !== 'residual' && site !== 'embedding') cannot(`the site ${site}`, 'the residual stream or the embedding')
  if (!meansEveryToken(tokens)) cannot('a choice of tokens', 'a vector for every token')
  const { directions } = vector
  const entries = isShared(directions) ? [] : Object.entries(directions)
  const [first] = entries
  if (entries.length !== 1 || first === undefined)
    return cannot(isShared(directions) ? 'one direction for all layers' : `${entries.length} layers`, 'one layer')
  const [layer, { unit, scale }] = first
  const module = Number(layer) === EMBEDDING ? 'embed_tokens' : `layers.${layer}`
  const [action, coefficient] = vector.edit === 'add' ? ['add', scale] : ['clamp', 0]
  return { [module]: { action, steering_coefficient: coefficient, steering_vector: unit, bias: null } }
}
