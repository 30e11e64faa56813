/** Opens a model by what its user calls it. */
import { openModel as openFile } from '../engine/open.ts'
import type { Model, OpenOptions } from '../engine/types.ts'
import { resolveModel } from './resolve.ts'

/**
 * Opens a model by its name in the registry (`plimsoll model list`) or by the path of a GGUF file. Downloads nothing.
 * @throws PlimsollError `not-found`, `model-invalid`, `model-unsupported`, `library-missing`, `library-mismatch`
 */
export async function openModel(nameOrPath: string, options: OpenOptions = {}): Promise<Model> {
  const { file, name } = await resolveModel(nameOrPath)
  return openFile(file, { name, ...options })
}
