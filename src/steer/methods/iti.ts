/**
 * Inference-time intervention: h ← h + α·15σ·û at the heads that tell the sides apart best, on the prompt's last token and on
 * every token of the answer.
 *
 * Reads every head's output at the prompt's last token. A logistic regression on most of the rows ranks the heads by how
 * many of the others it gets right; of the best, û is the mean difference of the sides over all rows and σ the deviation of
 * both sides along û. Writes one edit for each chosen head.
 * Source: Li et al. 2023 (arXiv 2306.03341; github.com/likenneth/honest_llama, utils.py and validation/validate_2fold.py,
 * whose α is 15 and whose K is 48 of the 1024 heads of LLaMA-7B).
 */
import type { Capture, CompoundVector, SteeringTerm } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import { createRandom, type Random, shuffle } from '../../random.ts'
import { isAhead, logisticRegression } from '../algebra/logistic.ts'
import { difference, dot, meanOf, norm, unlessRounding } from '../algebra/vectors.ts'
import { toDirection } from '../vector.ts'
import { type Both, type ContrastSpec, captureSide, checkSides, type FitModel, type Sides } from './contrast.ts'
import { tokensOf } from './tokens.ts'
import type { MethodDescription } from './types.ts'

export const itiTokens = { phase: 'prompt', last: 1 } as const
export const itiDefaults = { share: 48 / 1024, validation: 0.2 } as const

/** The original's α: standard deviations that strength 1 moves a head. */
const usualStrength = 15

export const iti: MethodDescription = {
  name: 'iti',
  title: 'Inference-time intervention',
  formula: 'h ← h + α·15σ·û at the heads whose probes generalise best, û the mean difference of the sides, σ along û',
  citation: 'Li et al. 2023, arXiv 2306.03341',
  edit: 'compound',
  needs: 'prompts on two sides; chooses its layers and heads itself',
  defaults: { tokens: itiTokens, ...itiDefaults },
  differsFromOriginal:
    'The original reads question and answer of TruthfulQA; here the contrast prompts at their last token. Of heads that rank alike it takes the last, here the first. K is a share of the heads, that of 48 in LLaMA-7B.',
}

export interface ItiParameters {
  /** Of all heads, those that are steered. */
  readonly share: number
  /** Of the rows, those on which probes are ranked. */
  readonly validation: number
}

/**
 * One vector, under the layer of the best head.
 * @throws PlimsollError `invalid-input` for an empty side, too few rows to rank by, a model without heads
 */
export async function fitIti(
  model: FitModel,
  spec: ContrastSpec,
  { share, validation }: ItiParameters,
  options: RunOptions = {},
): Promise<Map<number, CompoundVector>> {
  checkSides(spec, '')
  const where = { site: 'head', layers: 'all', tokens: tokensOf(spec.tokens ?? itiTokens) } as const
  const read = (side: 'positive' | 'negative') => captureSide(model, spec, side, where, options)
  const captured: Both<Capture> = { positive: await read('positive'), negative: await read('negative') }
  const { layers, width } = captured.positive
  const headWidth = model.info.sites.find(({ site }) => site === 'head')?.width ?? width
  const places = layers.flatMap((layer, i) =>
    Array.from({ length: width / headWidth }, (_, head) => ({
      layer,
      head,
      rows: rowsAt(captured, i, head * headWidth, headWidth),
    })),
  )
  const random = createRandom(options.seed ?? 0, 'rows that rank heads')
  const split = splitOf({ positive: captured.positive.states, negative: captured.negative.states }, validation, random)
  const ranked = places
    .map(({ rows, ...place }) => ({ ...place, ...headDirection(rows), accuracy: headAccuracy(rows, split) }))
    // Heads of the first layers may see nothing of the prompt at the template's own tokens.
    .filter(({ w }) => norm(w) > 0)
    .sort((a, b) => b.accuracy - a.accuracy)
  const [best] = ranked
  if (best === undefined)
    throw new PlimsollError('invalid-input', 'No head tells the sides apart', {
      found: `${places.length} heads whose outputs are the same on both sides`,
      expected: 'prompts that differ between the sides',
      fix: 'Give the two sides different prompts.',
    })
  const chosen = ranked.slice(0, Math.max(1, Math.round(share * places.length)))
  return new Map([[best.layer, { edit: 'compound', terms: chosen.map(termOf) }]])
}

type Rows = Both<readonly Float32Array[]>

function rowsAt({ positive, negative }: Both<Capture>, layer: number, from: number, width: number): Rows {
  const of = ({ states }: Capture) => states.map(layers => layers[layer]!.subarray(from, from + width))
  return { positive: of(positive), negative: of(negative) }
}

/** Rows that probes are ranked on, by their places on each side. */
type Split = Both<ReadonlySet<number>>

function splitOf({ positive, negative }: Sides<unknown>, validation: number, random: Random): Split {
  const drawn = (count: number) => {
    const kept = Math.round(validation * count)
    if (kept >= 1 && kept < count)
      return new Set(
        shuffle(
          Array.from({ length: count }, (_, i) => i),
          random,
        ).slice(0, kept),
      )
    throw new PlimsollError('invalid-input', 'There are too few prompts to rank heads by', {
      found: `${positive.length} positive and ${negative.length} negative prompts, ${validation} of them to rank on`,
      expected: 'at least one on each side to rank on, and one to learn from',
      fix: 'Give more prompts, or another `validation`.',
    })
  }
  return { positive: drawn(positive.length), negative: drawn(negative.length) }
}

/** Of rows that a probe was not trained on, the share it puts on their side. */
export function headAccuracy({ positive, negative }: Rows, held: Split): number {
  const labelled = [
    ...positive.map((row, i) => ({ row, label: 1 as const, held: held.positive.has(i) })),
    ...negative.map((row, i) => ({ row, label: 0 as const, held: held.negative.has(i) })),
  ]
  const probe = logisticRegression(labelled.filter(one => !one.held))
  const asked = labelled.filter(one => one.held)
  return asked.filter(({ row, label }) => isAhead(probe, row) === (label === 1)).length / asked.length
}

/** The edit of one head: on the last token of the prompt, and on every one after it. */
function termOf({ layer, head, w, deviation }: HeadDirection & { layer: number; head: number }): SteeringTerm {
  const { unit } = toDirection(w, `The mean difference of head ${head} at layer ${layer}`)
  const where = { site: 'head', layers: [layer], heads: [head], tokens: { phase: 'all', last: 1 } } as const
  return { vector: { edit: 'add', where, directions: { [layer]: { unit, scale: usualStrength * deviation } } } }
}

export interface HeadDirection {
  /** The mean difference of a head's rows; zero where they are alike. */
  readonly w: Float64Array
  /** The standard deviation of all of its rows along it. */
  readonly deviation: number
}

export function headDirection({ positive, negative }: Rows): HeadDirection {
  const [up, down] = [meanOf(positive), meanOf(negative)]
  const w = unlessRounding(difference(up, down), Math.max(norm(up), norm(down)))
  const along = [...positive, ...negative].map(row => dot(row, w) / (norm(w) || 1))
  const mean = along.reduce((sum, value) => sum + value, 0) / along.length
  const variance = along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / along.length
  return { w, deviation: Math.sqrt(variance) }
}
