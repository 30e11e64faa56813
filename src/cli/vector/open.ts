/** Vector files of any format, as commands are given them. */
import { PlimsollError } from '../../errors.ts'
import {
  isControlVectorFile,
  isSteeredFile,
  loadControlVector,
  loadVector,
  type Maker,
  type Vector,
} from '../../steer/index.ts'
import { openForCommand } from '../terminal/model.ts'
import type { Output } from '../terminal/output.ts'

export type Format = 'safetensors' | 'gguf' | 'pt'

/** By the name's ending. */
export function formatOf(file: string): Format {
  if (isControlVectorFile(file)) return 'gguf'
  if (isSteeredFile(file)) return 'pt'
  if (/\.safetensors$/i.test(file)) return 'safetensors'
  throw new PlimsollError('usage', 'A vector is a .safetensors or a .gguf file', {
    found: file,
    expected:
      'FILE.safetensors, FILE.gguf for a control vector of llama.cpp, or FILE.pt to write for lm-evaluation-harness',
    fix: 'Name the file after what is in it, or shall be.',
  })
}

interface ReadOptions {
  /** Name or file of the model: a control vector does not say which it is of. */
  readonly model?: string | undefined
  readonly maker?: Maker | undefined
}

export async function readVector(file: string, { model, maker }: ReadOptions, output: Output): Promise<Vector> {
  const format = formatOf(file)
  if (format === 'safetensors') return loadVector(file)
  if (format === 'pt')
    throw new PlimsollError('usage', 'Files for lm-evaluation-harness are written, not read', {
      found: file,
      expected: 'a .safetensors or .gguf file',
      fix: 'Name the file that it was made from.',
    })
  if (model === undefined)
    throw new PlimsollError('usage', 'A control vector does not say which model it is of', {
      found: file,
      expected: '--model NAME or FILE.gguf',
      fix: 'Name the model it was made for.',
    })
  await using opened = await openForCommand(model, output)
  return loadControlVector(file, opened.info, { maker })
}
