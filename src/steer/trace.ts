/** What steering did to one prompt and the answer that it led to: layer by layer, token by token. */
import { plainTerms } from '../engine/plain-terms.ts'
import { positionsOf } from '../engine/positions.ts'
import { placesOf } from '../engine/sites.ts'
import { directionAt } from '../engine/steering.ts'
import type { Capture, Generation, Model, Prompt, Steering, Trace } from '../engine/types.ts'
import { parseWhere, type Site, type Where } from '../engine/where.ts'
import type { RunOptions } from '../progress.ts'
import { difference, dot, norm } from './algebra/vectors.ts'

export interface TracedToken {
  readonly text: string
  /** `generated`: of the steered answer. */
  readonly phase: 'prompt' | 'generated'
}

/** One term at one layer; −1 = embedding. Lists have an entry for every token. */
export interface TracedLayer {
  /** Index in the steering, compound vectors spelled out. */
  readonly term: number
  readonly site: Site
  readonly layer: number
  /** The chosen heads, for the site `head`; else null. */
  readonly heads: readonly number[] | null
  /** Tokens that the term's where-clause means, ascending. */
  readonly positions: readonly number[]
  /** Whether the term has gates, which may have left tokens as they were. */
  readonly gated: boolean
  /** ‖h′ − h‖/‖h‖, h without and h′ with all steering: what came from lower layers counts. */
  readonly moved: readonly number[]
  /** h·û, its mean over the heads where the site is `head`; null for edits without a direction. */
  readonly projections: { readonly without: readonly number[]; readonly with: readonly number[] } | null
}

export interface SteeringTrace {
  readonly baseline: Generation
  readonly steered: Generation
  /** What the engine itself counted while it answered. */
  readonly trace: Trace
  /** Those of the prompt, then those of the steered answer. */
  readonly tokens: readonly TracedToken[]
  readonly layers: readonly TracedLayer[]
}

export interface TraceOptions extends RunOptions {
  /** Of the answers; default 64. */
  readonly maxTokens?: number | undefined
}

/**
 * Answers the prompt greedily without and with steering, then reads the steered answer back both ways, so that the same
 * tokens are compared.
 * @throws PlimsollError `nothing-selected`, `vector-mismatch`, `invalid-input` for steering that cannot be
 */
export async function traceSteering(
  model: Model,
  prompt: Prompt,
  steering: Steering,
  { maxTokens = 64, ...options }: TraceOptions = {},
): Promise<SteeringTrace> {
  const [baseline, steered] = await model.generate([{ prompt }, { prompt, steering }], { maxTokens, ...options })
  if (baseline === undefined || steered === undefined) throw new RangeError('two prompts have two answers')
  const rendered = await model.render(prompt)
  const continuation = steered.text
  const generated = await model.tokenize(continuation)
  const tokens: TracedToken[] = []
  for (const [position, token] of [...rendered.tokens, ...generated].entries()) {
    const phase = position < rendered.tokens.length ? 'prompt' : 'generated'
    tokens.push({ text: await model.detokenize([token]), phase })
  }
  const items = [
    { prompt, continuation },
    { prompt, continuation, steering },
  ]
  const layers: TracedLayer[] = []
  for (const [term, { vector, where: written = vector.where, gates = [] }] of plainTerms(steering).entries()) {
    const where = parseWhere(written)
    const captured = await model.capture(items, everyTokenOf(where), { reduce: 'none', ...options })
    const positions = positionsOf(where, rendered, generated)
    const places = placesOf(where, model.info)
    for (const [i, layer] of places.layers.entries()) {
      const [before, after] = [rowsOf(captured, 0, i), rowsOf(captured, 1, i)]
      const unit = directionAt(vector, layer)?.unit
      const along = (rows: readonly Float32Array[]) => rows.map(row => (unit === undefined ? 0 : projection(row, unit)))
      layers.push({
        term,
        site: where.site,
        layer,
        heads: where.site === 'head' ? places.heads : null,
        positions,
        gated: gates.length > 0,
        moved: before.map((row, token) => norm(difference(after[token] ?? row, row)) / norm(row)),
        projections: unit === undefined ? null : { without: along(before), with: along(after) },
      })
    }
  }
  const { trace = { layers: [], promptTokens: rendered.tokens.length, generatedTokens: generated.length } } = steered
  return { baseline, steered, trace, tokens, layers }
}

/** The same places at every token, the beginning of sequence among them: what is left alone is shown too. */
function everyTokenOf({ site, layers, heads }: Where): Where {
  return { site, layers, heads, tokens: { phase: 'all', beginning: 'keep' } }
}

function rowsOf({ states, width }: Capture, item: number, layer: number): Float32Array[] {
  const values = states[item]?.[layer] ?? new Float32Array()
  return Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width))
}

/** A row holds one run as long as û, or one for each head. */
function projection(row: Float32Array, unit: Float32Array): number {
  const runs = row.length / unit.length
  let sum = 0
  for (let run = 0; run < runs; run++) sum += dot(row.subarray(run * unit.length, (run + 1) * unit.length), unit)
  return sum / runs
}
