/**
 * The fast path: one additive vector for every token of every request, added inside of llama.cpp
 * (`llama_set_adapter_cvec`), so that no state has to be brought out of the computation. It pays on a graphics
 * processor, where each state read back is a stop.
 *
 * It cannot reach layer 0, tells nothing of the states it changes, and in some architectures does nothing: whoever
 * uses it compares once (`addsAsAsked`).
 */

import { plainTerms } from '../plain-terms.ts'
import { selectLayers } from '../select-layers.ts'
import { directionAt } from '../steering.ts'
import type { ModelInfo, Steering, Trace } from '../types.ts'
import { parseWhere, type Where } from '../where.ts'

/** What is added to each layer from 1 on. */
export interface SharedVector {
  readonly layers: readonly number[]
  /** Of the model. */
  readonly lastLayer: number
  /** (layers of the model − 1) × width, row k − 1 for layer k. All of them: what is not sent would stay as it was. */
  readonly rows: Float32Array
}

/**
 * The steering as one vector, where it is one: additions to the residual stream after layer 1 or later, at every token
 * and without gates.
 * @param prompts whether any of the prompts starts with the beginning-of-sequence token, which clauses leave out by
 * default and this vector would move
 */
export function sharedVector(
  steering: Steering,
  model: Pick<ModelInfo, 'layers' | 'width'>,
  prompts: { readonly startWithBos: boolean },
): SharedVector | null {
  if (steering.length === 0) return null
  const rows = new Float32Array((model.layers - 1) * model.width)
  const layers = new Set<number>()
  for (const { vector, strength = 1, where: written = vector.where, gates = [] } of plainTerms(steering)) {
    const where = parseWhere(written)
    if (vector.edit !== 'add' || gates.length > 0 || where.site !== 'residual') return null
    if (!everyToken(where.tokens, prompts.startWithBos)) return null
    for (const layer of selectLayers(where, model.layers)) {
      const direction = directionAt(vector, layer)
      if (layer === 0 || direction === undefined) return null
      const start = (layer - 1) * model.width
      for (const [i, value] of direction.unit.entries()) rows[start + i]! += strength * direction.scale * value
      layers.add(layer)
    }
  }
  return { layers: [...layers].sort((a, b) => a - b), lastLayer: model.layers - 1, rows }
}

/**
 * What is known of states that nobody looked at: how many there were. The last layer computes those of which logits
 * are wanted, the prompt's last and what follows it.
 */
export function sharedTrace(
  shared: SharedVector,
  promptTokens: number,
  generatedTokens: number,
  tokens: number,
): Trace {
  const layers = shared.layers.map(layer => ({
    site: 'residual' as const,
    layer,
    // Of a prompt that was not read to its end there are none.
    tokens: layer === shared.lastLayer ? Math.max(0, tokens - promptTokens + 1) : tokens,
    relativeChange: null,
  }))
  return { layers, promptTokens, generatedTokens }
}

function everyToken(tokens: Where['tokens'], startsWithBos: boolean): boolean {
  const { phase, beginning = 'skip', except = [], ...narrowing } = tokens
  const narrowed = Object.values(narrowing).some(value => value !== undefined)
  return phase === 'all' && !narrowed && except.length === 0 && (beginning === 'keep' || !startsWithBos)
}
