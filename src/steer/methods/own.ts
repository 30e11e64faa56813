/** Methods of a user's own: a module whose default export says how a direction is made of states. */
import type { DirectionVector } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import { defaultExportOf } from '../../own-module.ts'
import type { RunOptions } from '../../progress.ts'
import { createRandom, type Random } from '../../random.ts'
import { type ContrastSpec, type ContrastStates, type FitModel, fitDirections } from './contrast.ts'

/** What a method is told beside its rows. */
export type OwnParameters = Readonly<Record<string, number | string | boolean>>

export interface OwnMethod {
  readonly name: string
  /** How the vector w is made, for the report. */
  readonly formula: string
  /** Whether it sees a mean for each prompt (default), or every selected token. */
  readonly reads?: 'means' | 'tokens'
  readonly defaults?: OwnParameters
  /**
   * w at one layer, of the model's width; its length is the natural scale, and adding it moves towards the positives.
   * `states.target.positive[prompt][row]` are states of that layer; `states.control` those of prompts that are to be left
   * alone (positive: harmless, negative: harmful), where the study has them.
   */
  readonly direction: (
    states: ContrastStates,
    told: { readonly layer: number; readonly parameters: OwnParameters; readonly random: Random },
  ) => ArrayLike<number>
}

/** Checks the form of a method while it is written. */
export function defineMethod(method: OwnMethod): OwnMethod {
  return method
}

/**
 * Loads a module of this machine. Whoever names it runs it.
 * @throws PlimsollError `not-found`, `invalid-input` for a module that exports no method
 */
export async function loadMethod(file: string): Promise<OwnMethod> {
  const method = await defaultExportOf(file, 'method')
  if (isOwnMethod(method)) return method
  throw new PlimsollError('invalid-input', 'The module exports no method', {
    found: method === undefined ? 'no default export' : 'a default export of another form',
    expected: 'export default defineMethod({ name, formula, direction: (states, told) => w })',
    where: file,
    fix: 'See docs/methods/README.md, "A method of one’s own".',
  })
}

function isOwnMethod(value: unknown): value is OwnMethod {
  if (typeof value !== 'object' || value === null) return false
  const of = (key: string) => Object.entries(value).find(([name]) => name === key)?.[1]
  return typeof of('name') === 'string' && typeof of('formula') === 'string' && typeof of('direction') === 'function'
}

/**
 * One vector per layer, added to every token but the beginning of sequence.
 * @throws PlimsollError `invalid-input` for unknown parameters, or what is no vector of the model's width
 */
export function fitOwn(
  model: FitModel,
  method: OwnMethod,
  spec: ContrastSpec & { readonly parameters: OwnParameters },
  options: RunOptions = {},
): Promise<Map<number, DirectionVector>> {
  const { defaults = {}, reads = 'means', name } = method
  const unknown = Object.keys(spec.parameters).find(key => !(key in defaults))
  if (unknown !== undefined)
    throw new PlimsollError('invalid-input', `${name} has no parameter ${unknown}`, {
      expected: Object.keys(defaults).join(', ') || 'no parameters',
      fix: 'Remove it, or give it a default in the method.',
    })
  const parameters = { ...defaults, ...spec.parameters }
  const make = (states: ContrastStates, layer: number): Float64Array => {
    const random = createRandom(options.seed ?? 0, `${name} at layer ${layer}`)
    const w = Float64Array.from(method.direction(states, { layer, parameters, random }))
    if (w.length === model.info.width) return w
    throw new PlimsollError('invalid-input', `What ${name} made is no vector of this model`, {
      found: `${w.length} values at layer ${layer}`,
      expected: `${model.info.width}, one for each dimension of a state`,
      fix: 'Return one number for each dimension.',
    })
  }
  return fitDirections(model, spec, { name, reads, make }, options)
}
