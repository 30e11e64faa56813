/** The vectors that a sweep tries: those given, each where it acts or at chosen layers alone, or a method's at each layer. */
import { z } from 'zod'
import type { Dropped } from '../../data/index.ts'
import type { Model, ModelInfo, Prompt } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import {
  choosesLayers,
  type FitSpec,
  fitMethod,
  layersIn,
  type MethodSpec,
  narrowed,
  needsPairs,
  parametersOf,
  provenance,
  underSystem,
  type Vector,
} from '../../steer/index.ts'
import type { Place } from '../candidates.ts'
import { digestOf } from '../hash.ts'
import { candidateLayers } from '../layers.ts'
import { keepApart } from '../rows.ts'
import type { Study } from '../schema.ts'
import { readVectors, storedForm, storeVectors } from '../steering.ts'
import type { Work } from '../work.ts'
import type { SweepPlan } from './plan.ts'

/** A method with its prompts, to be fitted at every layer that is tried. */
export type SweepMethod = WithoutLayer<FitSpec>
type WithoutLayer<Spec> = Spec extends unknown ? Omit<Spec, 'layer' | 'system'> : never

/** A vector at the place where it is tried. */
export interface SweepPlace extends Place {
  readonly vector: Vector
}

/**
 * @param layers those to try it at, each alone; where they are not told, it acts where it acts by itself
 * @throws PlimsollError `invalid-input` for a vector that acts at none of them
 */
export function placesOfVector(
  vector: Vector,
  layers: Study['select']['layers'] | undefined,
  model: Pick<ModelInfo, 'layers'>,
): SweepPlace[] {
  const own = layersIn(vector, model.layers)
  const [only, ...others] = own
  if (layers === undefined) return [placeOf(vector, others.length === 0 ? (only ?? null) : null)]
  const wanted = candidateLayers({ layers }, model.layers).filter(layer => own.includes(layer))
  if (wanted.length === 0)
    throw new PlimsollError('invalid-input', 'The vector acts at none of the layers to try', {
      found: `select.layers: ${JSON.stringify(layers)}`,
      expected: own.length === 0 ? 'no layers' : `some of ${own.join(', ')}`,
      fix: 'Name layers that the vector has, or leave them out to use it as it is.',
    })
  return wanted.map(layer => placeOf(narrowed(vector, layer), layer))
}

function placeOf(vector: Vector, layer: number | null): SweepPlace {
  return { vector, layer, steeringAt: strength => [{ vector, strength }] }
}

/** Fitted once: the store keeps what a method made of the same prompts. What meets the select split is left out. */
export async function placesOfMethod(
  work: Work,
  { study, select }: SweepPlan,
  method: SweepMethod,
  { signal, onProgress }: RunOptions,
): Promise<{ readonly places: readonly SweepPlace[]; readonly dropped: readonly Dropped[] }> {
  const { model } = work
  const left: Dropped[] = []
  const layers = choosesLayers(method.method) ? [] : candidateLayers(study.select, model.info.layers)
  const selected = [...select.target, ...select.control]
  const side = (prompts: readonly Prompt[], from: string) => {
    const rows = prompts.map((prompt, i) => ({ id: String(i), prompt: textOf(prompt) }))
    const { kept, dropped } = keepApart(rows, selected, from, 'the select split')
    left.push(...dropped)
    return kept.map(({ id }) => Number(id))
  }
  type Sides<T> = { readonly positive: readonly T[]; readonly negative: readonly T[] }
  const keptOf = ({ positive, negative }: Sides<Prompt>, of: string): Sides<number> => ({
    positive: side(positive, `the ${of}positive prompts`),
    negative: side(negative, `the ${of}negative prompts`),
  })
  // A prompt that is left out takes its partner with it, or every later one would be paired with another's.
  const pairsOf = ({ positive, negative }: Sides<Prompt>, kept: Sides<number>): Sides<number> => {
    const [up, down] = [new Set(kept.positive), new Set(kept.negative)]
    const pairs = kept.positive.filter(i => down.has(i))
    const paired = Math.min(positive.length, negative.length)
    const alone = [...kept.positive, ...kept.negative].filter(i => i < paired && up.has(i) !== down.has(i))
    if (alone.length > 0)
      left.push({ from: 'the pairs of prompts', rows: alone.length, why: 'the other prompt of the pair was left out' })
    return { positive: pairs, negative: pairs }
  }
  const asked = ({ positive, negative }: Sides<Prompt>, kept: Sides<number>) => ({
    positive: kept.positive.map(i => underSystem(positive[i] ?? '', study.system)),
    negative: kept.negative.map(i => underSystem(negative[i] ?? '', study.system)),
  })
  // Answers go with their prompts.
  const answered = ({ answers }: { readonly answers?: MethodSpec['answers'] }, kept: Sides<number>) =>
    answers && {
      answers: {
        positive: kept.positive.map(i => answers.positive[i] ?? null),
        negative: kept.negative.map(i => answers.negative[i] ?? null),
      },
    }
  const whole = (sides: Sides<Prompt> & { readonly answers?: MethodSpec['answers'] }, of: 'control ' | '' = '') => {
    const each = keptOf(sides, of)
    const kept = of === '' && needsPairs(method.method) ? pairsOf(sides, each) : each
    return { ...asked(sides, kept), ...answered(sides, kept) }
  }
  const spec = { ...method, ...whole(method), control: method.control && whole(method.control, 'control '), layers }
  // What a file is called does not tell what is in it.
  const autoencoder = 'autoencoder' in method ? await digestOf(String(method.autoencoder)) : null
  const what = { kind: 'sweep', form: storedForm, ...spec, autoencoder, seed: study.seed }
  const stored = await work.once(what, async () => {
    const telling: RunOptions['onProgress'] = event =>
      onProgress?.({ ...event, stage: 'fit', detail: event.detail ?? event.stage })
    const notes: string[] = []
    const onNote = (note: string) => notes.push(note)
    const fitting = fitMethod(model, spec, { signal, onProgress: telling, onNote, seed: study.seed }).catch(error => {
      // A sweep that was stopped says how to go on.
      work.checkSignal()
      throw error
    })
    return { vectors: storeVectors(await fitting), notes }
  })
  const { vectors, notes } = Fitted.parse(stored)
  const places = [...readVectors(vectors)].flatMap(([layer, vector]) => {
    const made = { ...vector, provenance: madeBy(model, spec, layer, { study, notes }) }
    return [placeOf(made, layer)]
  })
  return { places, dropped: left }
}

const Fitted = z.object({ vectors: z.unknown(), notes: z.array(z.string()) })

function madeBy(
  model: Model,
  spec: MethodSpec,
  layer: number,
  { study: { system, seed }, notes }: { readonly study: Study; readonly notes: readonly string[] },
): Vector['provenance'] {
  const { method, positive, negative, control, answers } = spec
  const parameters = { layer, ...parametersOf(spec) }
  const note = [...notes, 'Layer and strength were chosen by plimsoll sweep.'].join(' ')
  return provenance(model, { method, parameters, positive, negative, control, answers, system, seed, note })
}

/** What a prompt asks. */
function textOf(prompt: Prompt): string {
  if (typeof prompt === 'string') return prompt
  if ('raw' in prompt) return prompt.raw
  const messages = 'messages' in prompt ? prompt.messages : prompt
  return messages.flatMap(({ role, content }) => (role === 'user' ? [content] : [])).join('\n')
}
