/** A vector from a file of either format, by the name's ending. */
import type { ModelInfo } from '../../engine/types.ts'
import type { Vector } from '../vector.ts'
import { loadControlVector } from './control-vector.ts'
import { loadVector } from './vector-file.ts'

/**
 * @param file `.gguf` for a control vector of llama.cpp, anything else for Plimsoll's own `.safetensors`
 * @throws PlimsollError `not-found`, `invalid-input`, `vector-mismatch`
 */
export async function openVector(
  file: string,
  model: ModelInfo,
  options: { readonly otherModel?: 'refuse' | 'force' } = {},
): Promise<Vector> {
  return /\.gguf$/i.test(file) ? loadControlVector(file, model) : loadVector(file, model, options)
}
