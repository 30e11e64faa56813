/** The states of two sides of prompts, and what every method that makes one direction of them has in common. */
import { EMBEDDING } from '../../engine/place.ts'
import type { Capture, CaptureItem, DirectionVector, Model, Prompt } from '../../engine/types.ts'
import type { Where } from '../../engine/where.ts'
import { PlimsollError } from '../../errors.ts'
import { type RunOptions, runOptions } from '../../progress.ts'
import { difference, meanOf, norm, unlessRounding } from '../algebra/vectors.ts'
import { toDirection } from '../vector.ts'
import { ownAnswers } from './answers.ts'
import { needsAnswers, type TokensSaid, tokensOf } from './tokens.ts'

/** The tokens of the chat template after the instruction: where a model has read all and said nothing yet. */
export const defaultTokens = tokensOf('template-suffix')

/** Prompts that show a behaviour, and such that show its opposite. */
export interface Sides<T> {
  readonly positive: readonly T[]
  readonly negative: readonly T[]
}

/** One thing for each side. */
export interface Both<T> {
  readonly positive: T
  readonly negative: T
}

/** Rows of one layer: the mean of a prompt's selected tokens, or each of them. */
export interface ContrastStates {
  /** [prompt][token] → state; one row a prompt where means are read. */
  readonly target: Sides<readonly Float32Array[]>
  /** The same of prompts that are to be left alone; null where a method needs none. */
  readonly control: Sides<readonly Float32Array[]> | null
}

export interface ContrastSpec extends Sides<Prompt> {
  readonly control?: (Sides<Prompt> & { readonly answers?: ContrastSpec['answers'] }) | undefined
  /** Layers to fit, counted from 0; −1 for the embedding. */
  readonly layers: readonly number[]
  /** Tokens to read, as a word or a clause. Default: those of the chat template after the instruction. */
  readonly tokens?: TokensSaid | undefined
  /** What each prompt is answered with, where that is read or trained on; null, and where nothing is given: by the model itself. */
  readonly answers?: Sides<string | null> | undefined
}

/** What a fit asks of a model. */
export type FitModel = Pick<Model, 'info' | 'capture' | 'generate' | 'train'>

export interface FitOptions extends RunOptions {
  /** Told what a fit has to say beside its vectors, as a sentence. */
  readonly onNote?: ((note: string) => void) | undefined
}

/** How a method makes its direction. */
export interface Making {
  readonly name: string
  /** Whether it sees a mean for each prompt, or every selected token. */
  readonly reads: 'means' | 'tokens'
  /** w, not yet of length 1: its length is the natural scale. */
  readonly make: (states: ContrastStates, layer: number) => Float64Array | Promise<Float64Array>
}

/**
 * One vector per layer, added to every token but the beginning of sequence.
 * @throws PlimsollError `invalid-input` for an empty side, or states that give no direction
 */
export function fitDirections(
  model: FitModel,
  spec: ContrastSpec,
  { name, reads, make }: Making,
  options: RunOptions = {},
): Promise<Map<number, DirectionVector>> {
  const added = async (states: ContrastStates, layer: number): Promise<DirectionVector> => {
    const direction = toDirection(await make(states, layer), `What ${name} found at ${placeOf(layer)}`)
    return { edit: 'add', where: whereOf(layer), directions: { [layer]: direction } }
  }
  return fitLayers(model, spec, { reads, make: added }, options)
}

/**
 * One vector per layer of the states that were read there.
 * @throws PlimsollError `invalid-input` for an empty side, and what `make` throws
 */
export async function fitLayers<Made>(
  model: FitModel,
  spec: ContrastSpec,
  {
    reads,
    make,
  }: Pick<Making, 'reads'> & { readonly make: (states: ContrastStates, layer: number) => Made | Promise<Made> },
  options: RunOptions = {},
): Promise<Map<number, Made>> {
  checkSides(spec, '')
  if (spec.control !== undefined) checkSides(spec.control, 'control ')
  const target = await statesOf(model, spec, spec, reads, options)
  const control =
    spec.control === undefined
      ? null
      : await statesOf(model, { ...spec, answers: spec.control.answers }, spec.control, reads, options)
  const of = (layer: number) => ({ target: at(target, layer), control: control === null ? null : at(control, layer) })
  const made = new Map<number, Made>()
  for (const layer of spec.layers) made.set(layer, await make(of(layer), layer))
  return made
}

/** A layer in words. */
export function placeOf(layer: number): string {
  return layer === EMBEDDING ? 'the embedding' : `layer ${layer}`
}

/** @param which `control `, or nothing for the sides themselves */
export function checkSides({ positive, negative }: Sides<unknown>, which: string): void {
  for (const [side, rows] of [
    ['positive', positive],
    ['negative', negative],
  ] as const) {
    if (rows.length > 0) continue
    throw new PlimsollError('invalid-input', `The ${which}${side} side of the contrast set is empty`, {
      found: `${positive.length} positive and ${negative.length} negative prompts`,
      expected: 'at least one on each side',
      fix: 'Give prompts for both sides.',
    })
  }
}

type ByLayer = Sides<ReadonlyMap<number, readonly Float32Array[]>>

async function statesOf(
  model: FitModel,
  spec: ContrastSpec,
  { positive, negative }: Sides<Prompt>,
  reads: Making['reads'],
  options: RunOptions,
): Promise<ByLayer> {
  const tokens = tokensOf(spec.tokens ?? 'template-suffix')
  const read = async (side: keyof Sides<unknown>, prompts: readonly Prompt[]) => {
    const items = await readable(model, prompts, spec.answers?.[side], tokens, options)
    const found = items.map(() => new Map<number, readonly Float32Array[]>())
    for (const where of clauses(spec.layers, tokens)) {
      const captured = await model.capture(items, where, {
        ...runOptions(options),
        reduce: reads === 'means' ? 'mean' : 'none',
      })
      checkFinite(captured)
      for (const [i, layer] of captured.layers.entries())
        for (const [prompt, own] of found.entries()) own.set(layer, rowsOf(captured, prompt, i))
    }
    return found
  }
  return { positive: await read('positive', positive), negative: await read('negative', negative) }
}

/**
 * What is captured of one side: its prompts, each with its answer where tokens of answers are read. A prompt that is
 * answered with nothing is left out.
 * @throws PlimsollError `invalid-input` where nothing but that is answered
 */
export async function readable(
  model: FitModel,
  prompts: readonly Prompt[],
  answers: readonly (string | null)[] | undefined,
  tokens: Where['tokens'],
  options: RunOptions,
): Promise<(Prompt | CaptureItem)[]> {
  if (!needsAnswers(tokens)) return [...prompts]
  const written = await ownAnswers(model, prompts, answers, options)
  const items = prompts.flatMap((prompt, i): CaptureItem[] => {
    const continuation = written[i] ?? ''
    return continuation.trim() === '' ? [] : [{ prompt, continuation }]
  })
  if (items.length > 0) return items
  throw noAnswer(`${prompts.length} prompts, whose answers are all empty`)
}

/**
 * For methods that pair the sides in their order: the set without pairs of which either prompt is answered with nothing,
 * where tokens of answers are read.
 * @throws PlimsollError `invalid-input` where no pair is left
 */
export async function wholePairs(model: FitModel, spec: ContrastSpec, options: FitOptions): Promise<ContrastSpec> {
  const [ups, downs] = [spec.positive.length, spec.negative.length]
  if (ups !== downs)
    options.onNote?.(
      `Paired in their order: ${Math.min(ups, downs)} pairs of ${ups} positive and ${downs} negative prompts.`,
    )
  if (!needsAnswers(tokensOf(spec.tokens ?? 'template-suffix'))) return spec
  const up = await ownAnswers(model, spec.positive, spec.answers?.positive, options)
  const down = await ownAnswers(model, spec.negative, spec.answers?.negative, options)
  const isWhole = (_: unknown, i: number) =>
    [up[i], down[i]].every(answer => answer !== undefined && answer.trim() !== '')
  const answers = { positive: up.filter(isWhole), negative: down.filter(isWhole) }
  if (answers.positive.length === 0)
    throw noAnswer(`${Math.min(up.length, down.length)} pairs, each with an answer that is empty`)
  return { ...spec, positive: spec.positive.filter(isWhole), negative: spec.negative.filter(isWhole), answers }
}

function noAnswer(found: string): PlimsollError {
  return new PlimsollError('invalid-input', 'There is no answer to read', {
    found,
    expected: 'answers of at least one token',
    fix: 'Give the answers, read other tokens, or take other prompts.',
  })
}

/** The mean of each prompt of one side at every layer of a site. */
export async function captureSide(
  model: FitModel,
  spec: ContrastSpec,
  side: keyof Sides<unknown>,
  where: Pick<Where, 'site' | 'tokens'>,
  options: RunOptions,
): Promise<Capture> {
  const items = await readable(model, spec[side], spec.answers?.[side], where.tokens, options)
  const captured = await model.capture(items, where, { ...runOptions(options), reduce: 'mean' })
  checkFinite(captured)
  return captured
}

/** @throws PlimsollError `invalid-input` for states that are no numbers: a method might pass over them */
export function checkFinite({ states, layers, site }: Capture): void {
  for (const [prompt, ofPrompt] of states.entries())
    for (const [at, values] of ofPrompt.entries()) {
      if (values.every(Number.isFinite)) continue
      throw new PlimsollError('invalid-input', 'The model’s states are no numbers', {
        found: `prompt ${prompt}, ${site === 'embedding' ? site : `layer ${layers[at]}`}`,
        expected: 'finite values',
        fix: 'Check the model file, or take another layer.',
      })
    }
}

function rowsOf({ states, width }: Capture, prompt: number, layer: number): Float32Array[] {
  const values = states[prompt]?.[layer] ?? new Float32Array()
  return Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width))
}

function at({ positive, negative }: ByLayer, layer: number): Sides<readonly Float32Array[]> {
  const of = (side: ByLayer['positive']) => side.map(prompt => prompt.get(layer) ?? [])
  return { positive: of(positive), negative: of(negative) }
}

/** Whether every prompt counts alike in a mean, or every token does, as AxBench has it. */
export type Weighting = 'prompt' | 'token'

/** What has to be read for a mean of so weighted rows. */
export function readsFor(weighting: Weighting): Making['reads'] {
  return weighting === 'token' ? 'tokens' : 'means'
}

/** The mean of one side over prompts, or over tokens. */
export function meanOver(side: readonly (readonly Float32Array[])[], weighting: Weighting): Float64Array {
  return weighting === 'token' ? meanOf(side.flat()) : meanOf(side.map(meanOf))
}

/** mean(h⁺) − mean(h⁻) over prompts, or over tokens; zero where only rounding tells the sides apart. */
export function meanDifference(
  { positive, negative }: Sides<readonly Float32Array[]>,
  weighting: Weighting = 'prompt',
): Float64Array {
  const [up, down] = [meanOver(positive, weighting), meanOver(negative, weighting)]
  return unlessRounding(difference(up, down), Math.max(norm(up), norm(down)))
}

/** Residual layers are read together, the embedding by itself. */
export function clauses(layers: readonly number[], tokens: Where['tokens']): Where[] {
  const residual = layers.filter(layer => layer !== EMBEDDING)
  return [
    ...(residual.length > 0 ? [{ site: 'residual', layers: residual, tokens } as const] : []),
    ...(residual.length < layers.length ? [{ site: 'embedding', layers: 'all', tokens } as const] : []),
  ]
}

/** Where a vector that was read at a layer is added. */
export function whereOf(layer: number): Where {
  const tokens = { phase: 'all' } as const
  return layer === EMBEDDING
    ? { site: 'embedding', layers: 'all', tokens }
    : { site: 'residual', layers: [layer], tokens }
}
