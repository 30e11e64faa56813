/** Vectors in files of any format, by the name's ending. */
import { existsSync } from 'node:fs'
import type { ModelInfo } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { Vector } from '../vector.ts'
import { loadControlVector, saveControlVector } from './control-vector.ts'
import { saveSteeredFile } from './steered-file.ts'
import { loadVector, saveVector } from './vector-file.ts'

/** `.gguf` names a control vector of llama.cpp, anything else Plimsoll's own `.safetensors`. */
export function isControlVectorFile(file: string): boolean {
  return /\.gguf$/i.test(file)
}

/** @throws PlimsollError `not-found`, `invalid-input`, `vector-mismatch` */
export async function openVector(
  file: string,
  model: ModelInfo,
  options: { readonly otherModel?: 'refuse' | 'force' } = {},
): Promise<Vector> {
  checkName(file)
  return isControlVectorFile(file) ? loadControlVector(file, model, options) : loadVector(file, model, options)
}

/** As reports write a condition, and as `serve` is asked for one, a vector's strength stands behind its name. */
function checkName(file: string): void {
  const [, named, strength] = /^(.+\.(?:safetensors|gguf))[@×*](-?[\d.]+)$/i.exec(file) ?? []
  if (named === undefined || existsSync(file)) return
  throw new PlimsollError('not-found', 'The vector file is not there', {
    where: file,
    fix: `Give the strength apart from the file: ${named}, strength ${strength}.`,
  })
}

/** `.pt` names a file for lm-evaluation-harness, which is only written. */
export function isSteeredFile(file: string): boolean {
  return /\.pt$/i.test(file)
}

/** @throws PlimsollError `not-found`, and `invalid-input` for what the format cannot say */
export async function writeVector(vector: Vector, file: string): Promise<void> {
  const save = isControlVectorFile(file) ? saveControlVector : isSteeredFile(file) ? saveSteeredFile : saveVector
  await save(vector, file)
}
