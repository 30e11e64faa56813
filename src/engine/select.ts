/**
 * From a where-clause to layers and token positions of one request.
 *
 * Every clause selects at most two runs of neighbouring positions, one in the prompt and one among the tokens that
 * follow it, so a selection is two half-open ranges and asking it costs two comparisons.
 *
 * Order of narrowing: phase, then the beginning-of-sequence token is left out, then `part`, `first`, `last`.
 * - Generated tokens are the positions from `promptTokens` on; a scored continuation counts as generated.
 * - `template-suffix` implies prompt tokens.
 * - `first` counts from the first selected token, over the end of the prompt if need be.
 * - `last` counts from the end of the prompt: while a model writes, every token it writes is the last one so far, so
 *   with phase `all` each generated token stays selected, and with phase `generated` `last` would say nothing and is
 *   refused.
 */
import { PlimsollError } from '../errors.ts'
import type { GeneratedParts } from './generated-parts.ts'
import { EMBEDDING } from './place.ts'
import type { Where } from './where.ts'

export { EMBEDDING } from './place.ts'

/** Which positions of a request are what. */
export interface TokenLayout {
  /** Tokens of the prompt, the beginning-of-sequence token included. */
  readonly promptTokens: number
  /** Half-open range of prompt positions; empty where there is none. */
  readonly templateSuffix: readonly [start: number, end: number]
  readonly startsWithBos: boolean
  /** Whether tokens can follow the prompt: true to generate and to score a continuation, false to capture. */
  readonly generates: boolean
}

type Range = readonly [start: number, end: number]

/** Half-open ranges of absolute positions; the end of `generated` is Infinity where nothing limits it. */
export interface TokenSelection {
  readonly prompt: Range
  readonly generated: Range
  /** Whether states decide (massive activations), so that `selects` has to be given them. */
  readonly readsStates: boolean
}

/**
 * The layers a clause means, ascending, each once; [−1] for `embedding`. `{from, to}` includes both ends.
 * @throws PlimsollError `invalid-input` for a layer the model does not have, `nothing-selected` for an empty range.
 */
export function selectLayers(where: Pick<Where, 'site' | 'layers'>, layerCount: number): number[] {
  const { site, layers } = where
  const expected = `layers 0 to ${layerCount - 1}`
  if (site === 'embedding') {
    if (layers === 'all') return [EMBEDDING]
    throw new PlimsollError('invalid-input', 'The embedding has no layers.', {
      found: `site embedding with layers ${JSON.stringify(layers)}`,
      expected: 'site embedding alone, or site residual with layers',
      fix: 'Leave `layers` out, or use site residual.',
    })
  }
  if (layers === 'all') return Array.from({ length: layerCount }, (_, layer) => layer)
  if (!Array.isArray(layers) && layers.from > layers.to) {
    throw new PlimsollError('nothing-selected', 'The where-clause selects no layer.', {
      found: `layers from ${layers.from} to ${layers.to}`,
      expected,
      fix: 'Give a range whose `from` is not above its `to`; both ends are included.',
    })
  }
  const unknown = (Array.isArray(layers) ? layers : [layers.from, layers.to]).find(
    layer => !Number.isInteger(layer) || layer < 0 || layer >= layerCount,
  )
  if (unknown !== undefined) {
    throw new PlimsollError('invalid-input', `The model has no layer ${unknown}.`, {
      found: `layer ${unknown}`,
      expected,
      fix: 'Name layers the model has; they are counted from 0.',
    })
  }
  if (!Array.isArray(layers)) return Array.from({ length: layers.to - layers.from + 1 }, (_, i) => layers.from + i)
  if (layers.length === 0) {
    throw new PlimsollError('nothing-selected', 'The where-clause selects no layer.', {
      found: 'an empty list of layers',
      expected,
      fix: "Name at least one layer, or 'all'.",
    })
  }
  return [...new Set(layers)].sort((a, b) => a - b)
}

/**
 * The positions a clause means in one request.
 * @throws PlimsollError `invalid-input` for a clause that contradicts itself, `nothing-selected` where it can select no
 * token of this request.
 */
export function selectTokens(tokens: Where['tokens'], layout: TokenLayout): TokenSelection {
  const { phase, part, first, last } = tokens
  if (phase === 'generated' && part !== undefined) {
    throw new PlimsollError('invalid-input', `No generated token is part of the ${part}.`, {
      found: JSON.stringify(tokens),
      expected: `phase prompt (or all) with part ${part}`,
      fix: 'Leave `part` out, or use phase prompt.',
    })
  }
  if (phase === 'generated' && last !== undefined) {
    throw new PlimsollError(
      'invalid-input',
      '`last` has no meaning for generated tokens: each is the last when written.',
      {
        found: JSON.stringify(tokens),
        expected: '`last` with phase prompt or all',
        fix: 'Leave `last` out to select every generated token, or use `first`.',
      },
    )
  }
  const { promptTokens, templateSuffix, startsWithBos, generates } = layout
  let [start, end]: Range =
    phase === 'generated' ? [promptTokens, promptTokens] : [startsWithBos ? Math.min(1, promptTokens) : 0, promptTokens]
  if (part === 'template-suffix') {
    start = Math.max(start, templateSuffix[0])
    end = Math.max(start, Math.min(end, templateSuffix[1]))
  }
  let generated = phase !== 'prompt' && part === undefined && generates ? Number.POSITIVE_INFINITY : 0
  if (first !== undefined) {
    generated = Math.min(generated, Math.max(0, first - (end - start)))
    end = Math.min(end, start + first)
  }
  if (last !== undefined) start = Math.max(start, end - last)
  if (start >= end && generated === 0) {
    throw new PlimsollError('nothing-selected', 'The where-clause selects no token of this request.', {
      found: `${JSON.stringify(tokens)} on a prompt of ${promptTokens} tokens${startsWithBos ? ', the first of them the beginning-of-sequence token' : ''}`,
      expected:
        part === 'template-suffix'
          ? 'a prompt rendered by a chat template with a suffix'
          : 'at least one selected token',
      fix:
        part === 'template-suffix'
          ? 'Use a model with a chat template and a prompt that is not raw, or leave `part` out.'
          : generates
            ? 'Use a longer prompt, or phase all.'
            : 'Use phase prompt or all: nothing is generated here.',
    })
  }
  return {
    prompt: [start, Math.max(start, end)],
    generated: [promptTokens, promptTokens + generated],
    readsStates: false,
  }
}

/**
 * Whether a token is selected.
 * @param generated what the tokens after the prompt are, where that is known
 * @param state the token's states, where the selection depends on them (`readsStates`)
 */
export function selects(
  selection: TokenSelection,
  position: number,
  _generated: GeneratedParts | null = null,
  _state: Float32Array | null = null,
): boolean {
  const { prompt, generated } = selection
  return (position >= prompt[0] && position < prompt[1]) || (position >= generated[0] && position < generated[1])
}

/** The selected positions below `length`, ascending. */
export function selectedPositions(
  selection: TokenSelection,
  length: number,
  _generated: GeneratedParts | null = null,
): number[] {
  const positions: number[] = []
  for (const [start, end] of [selection.prompt, selection.generated]) {
    for (let position = start; position < Math.min(end, length); position++) positions.push(position)
  }
  return positions
}

/** Whether two selections mean the same of the first `length` positions of a prompt. */
export function sameOnPositions(a: TokenSelection, b: TokenSelection, length: number): boolean {
  if (a.readsStates || b.readsStates) return JSON.stringify(a) === JSON.stringify(b)
  for (let position = 0; position < length; position++) if (selects(a, position) !== selects(b, position)) return false
  return true
}
