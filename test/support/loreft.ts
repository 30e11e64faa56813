import type { Model, TrainingSpec } from '../../src/engine/types.ts'
import { rawExamples } from './trained-examples.ts'

/** R, W and b as pyreft has them. */
interface Maps {
  readonly project: readonly number[]
  readonly weight: readonly number[]
  readonly bias: readonly number[]
}

export function flat({ project, weight, bias }: Maps): Float64Array {
  return Float64Array.of(...project, ...weight, ...bias)
}

/** Trains as the original was trained (oracle/methods/trained.py): all examples in every step, so that order decides nothing. */
export function loreftSpec(of: {
  readonly layer: number
  readonly steps: number
  readonly rank: number
  readonly ends: number
  readonly learningRate: number
  readonly start: Maps
}): TrainingSpec {
  const { layer, steps, rank, ends, learningRate, start } = of
  return {
    layer,
    epochs: steps,
    batch: rawExamples.length,
    learningRate,
    tokens: { phase: 'prompt', beginning: 'keep', ends: { first: ends, last: ends } },
    edit: { kind: 'loreft', rank, start: flat(start) },
  }
}

/** Rᵀ(W·h + b − R·h) of every state that the edit acts on in the examples, one behind the other. */
export async function effectsOf(
  model: Model,
  { layer, tokens, edit }: TrainingSpec,
  parameters: Float64Array,
): Promise<Float64Array> {
  if (edit.kind !== 'loreft') throw new Error('no LoReFT')
  const { states, width } = await model.capture(
    rawExamples.map(({ prompt }) => prompt),
    { layers: [layer], tokens },
    { reduce: 'none' },
  )
  const at = (k: number, i: number) => parameters[k * width + i]!
  return Float64Array.from(
    states.flatMap(([rows = new Float32Array()]) =>
      Array.from({ length: rows.length / width }, (_, row) => {
        const state = rows.subarray(row * width, (row + 1) * width)
        const effect = new Array<number>(width).fill(0)
        for (let k = 0; k < edit.rank; k++) {
          const along = (matrix: number) => state.reduce((sum, value, i) => sum + value * at(matrix + k, i), 0)
          const by = along(edit.rank) + parameters[2 * edit.rank * width + k]! - along(0)
          for (let i = 0; i < width; i++) effect[i]! += by * at(k, i)
        }
        return effect
      }).flat(),
    ),
  )
}
