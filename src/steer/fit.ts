/** Fits a vector by a named method and writes down where it came from. */
import { createHash } from 'node:crypto'
import { listOf } from '../engine/check.ts'
import type { Message, Model, Prompt } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import type { RunOptions } from '../progress.ts'
import { choosesLayers, fitMethod, type MethodSpec, parametersOf } from './methods/fit-method.ts'
import { type Provenance, recorded, type Vector } from './vector.ts'

/** What to fit: a method with its parameters, prompts on two sides, and one layer. */
export type FitSpec = AtOneLayer<MethodSpec>

type AtOneLayer<Spec> = Spec extends unknown
  ? Omit<Spec, 'layers'> & {
      /** Not for a method that chooses its layers itself. */
      readonly layer?: number | undefined
      readonly system?: string | undefined
    }
  : never

/**
 * Fits one vector at one layer.
 * @throws PlimsollError `invalid-input` for an empty side or an unknown layer
 */
export async function fit(model: Model, spec: FitSpec, options: RunOptions = {}): Promise<Vector> {
  const { layer, system, ...rest } = spec
  const under = (prompts: readonly Prompt[]) => prompts.map(prompt => underSystem(prompt, system))
  const [positive, negative] = [under(listOf('positive', spec.positive)), under(listOf('negative', spec.negative))]
  const control = spec.control && {
    ...spec.control,
    positive: under(spec.control.positive),
    negative: under(spec.control.negative),
  }
  checkLayer(spec)
  const whole = { ...rest, positive, negative, control, layers: layer === undefined ? [] : [layer] }
  const notes: string[] = []
  const [fitted] = await fitMethod(model, whole, { ...options, onNote: note => notes.push(note) })
  if (fitted === undefined) throw new PlimsollError('internal', `${spec.method} fitted nothing`)
  const [at, vector] = fitted
  return {
    ...vector,
    provenance: provenance(model, {
      method: spec.method,
      parameters: { layer: at, ...parametersOf(whole) },
      positive,
      negative,
      control,
      answers: spec.answers,
      system: system ?? null,
      seed: options.seed ?? null,
      note: notes.join(' '),
    }),
  }
}

function checkLayer({ method, layer }: FitSpec): void {
  if (choosesLayers(method) === (layer === undefined)) return
  if (layer === undefined)
    throw new PlimsollError('invalid-input', `${method} has to be told its layer`, {
      expected: 'a layer, counted from 0',
      fix: 'Name one, or have a study choose it.',
    })
  throw new PlimsollError('invalid-input', `${method} chooses its layers itself`, {
    found: `layer ${layer}`,
    fix: 'Leave the layer out.',
  })
}

/** The record that goes into a vector's file. */
export function provenance(
  model: Model,
  made: Pick<Provenance, 'method' | 'parameters' | 'system' | 'seed' | 'note'> & {
    readonly positive: readonly Prompt[]
    readonly negative: readonly Prompt[]
    readonly control?: MethodSpec['control']
    readonly answers?: MethodSpec['answers']
  },
): Provenance {
  const { name, architecture, layers, width, fingerprint } = model.info
  const { positive, negative, control, answers, ...rest } = made
  const given = [positive, negative, ...(control || answers ? [control ?? null, answers ?? null] : [])]
  return recorded({
    model: { name, architecture, layers, width, fingerprint },
    data: {
      positive: positive.length,
      negative: negative.length,
      sha256: createHash('sha256').update(JSON.stringify(given)).digest('hex'),
    },
    ...rest,
  })
}

/** A prompt with a system message in front, where one is given. */
export function underSystem(prompt: Prompt, system: string | null | undefined): Prompt {
  if (system === null || system === undefined || (typeof prompt === 'object' && 'raw' in prompt)) return prompt
  if (typeof prompt === 'object' && 'prefill' in prompt)
    return { ...prompt, messages: [{ role: 'system', content: system }, ...prompt.messages] }
  if (typeof prompt === 'object' && 'tools' in prompt)
    return { ...prompt, messages: [{ role: 'system', content: system }, ...prompt.messages] }
  const messages: readonly Message[] = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
  return [{ role: 'system', content: system }, ...messages]
}
