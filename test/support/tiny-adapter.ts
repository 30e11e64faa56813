/** LoRA adapters for the tiny models, and the same change merged into a model's weights, to hold one against the other. */
import { readFileSync, writeFileSync } from 'node:fs'
import { readHeader } from '../../src/engine/header.ts'
import { writeGguf } from './gguf-writer.ts'
import { normal } from './random.ts'

export interface TinyAdapterOptions {
  readonly seed?: number
  /** Default 2. */
  readonly rank?: number
  /** Default 4; the change is alpha/rank · B·A. */
  readonly alpha?: number
  /** Of the model it is for; default 48. */
  readonly width?: number
  readonly architecture?: string
}

interface Change {
  readonly name: string
  /** rank × width */
  readonly a: Float32Array
  /** width × rank */
  readonly b: Float32Array
}

const changed = ['blk.0.attn_q.weight', 'blk.1.attn_output.weight', 'blk.2.attn_q.weight']

function changes({ seed = 1, rank = 2, width = 48 }: TinyAdapterOptions): Change[] {
  const next = normal(seed)
  const random = () => Float32Array.from({ length: rank * width }, () => next() / Math.sqrt(width))
  return changed.map(name => ({ name, a: random(), b: random() }))
}

export function writeTinyAdapter(file: string, options: TinyAdapterOptions = {}): void {
  const { rank = 2, alpha = 4, width = 48, architecture = 'llama' } = options
  writeGguf(
    file,
    {
      'general.type': { string: 'adapter' },
      'general.architecture': { string: architecture },
      'adapter.type': { string: 'lora' },
      'adapter.lora.alpha': { f32: alpha },
    },
    changes(options).flatMap(({ name, a, b }) => [
      { name: `${name}.lora_a`, shape: [width, rank], data: a },
      { name: `${name}.lora_b`, shape: [rank, width], data: b },
    ]),
  )
}

/** A copy of a model with an adapter merged in: W + scale · alpha/rank · B·A. */
export async function writeMerged(
  model: string,
  file: string,
  options: TinyAdapterOptions,
  scale: number,
): Promise<void> {
  const { rank = 2, alpha = 4, width = 48 } = options
  const bytes = readFileSync(model)
  const { tensors } = await readHeader(model)
  for (const { name, a, b } of changes(options)) {
    const start = tensors.find(tensor => tensor.name === name)?.start
    if (start === undefined) throw new Error(`the model has no ${name}`)
    for (let row = 0; row < width; row++) {
      for (let column = 0; column < width; column++) {
        let change = 0
        for (let i = 0; i < rank; i++) change += b[row * rank + i]! * a[i * width + column]!
        const at = start + 4 * (row * width + column)
        bytes.writeFloatLE(bytes.readFloatLE(at) + scale * (alpha / rank) * change, at)
      }
    }
  }
  writeFileSync(file, bytes)
}
