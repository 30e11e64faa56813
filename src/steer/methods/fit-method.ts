/** Fits any method of the registry. */
import { listOf } from '../../engine/check.ts'
import { PlimsollError } from '../../errors.ts'
import type { FittedVector } from '../vector.ts'
import type { ContrastSpec, FitModel, FitOptions } from './contrast.ts'
import { type Registered, registry } from './registry.ts'
import type { MethodDescription } from './types.ts'

export type FitMethod = keyof typeof registry

type ParametersOf<R> = R extends Registered<infer P> ? { readonly [K in keyof P]?: P[K] | undefined } : never

/** A method with its prompts and parameters. */
export type MethodSpec = {
  [M in FitMethod]: ContrastSpec & { readonly method: M } & ParametersOf<(typeof registry)[M]>
}[FitMethod]

/** In the order in which they are listed. */
export const fitMethods: readonly MethodDescription[] = Object.values(registry).map(({ description }) => description)

/** Whether a method is one of Plimsoll's, and no module of the user's. */
export function isFitMethod(name: string): name is FitMethod {
  return Object.hasOwn(registry, name)
}

function needs(method: string, what: Registered<object>['needs'][number]): boolean {
  return isFitMethod(method) && registry[method].needs.includes(what)
}

/** Those in closed form that two sides of prompts and a layer are enough for, in the order in which they are listed. */
export const closedForms: readonly FitMethod[] = fitMethods.flatMap(({ name }) =>
  isFitMethod(name) && registry[name].needs.length === 0 ? [name] : [],
)

/** Those that are trained through the model, by gradients: they read no states of a contrast, but answers. */
export function isTrainedThrough(method: string): boolean {
  return needs(method, 'answers')
}

/** Those whose result depends on the seed. */
export function needsSeed(method: FitMethod): boolean {
  return needs(method, 'seed')
}

/** Those that have to know what is to be left alone. */
export function needsControl(method: FitMethod): boolean {
  return needs(method, 'control')
}

/** Those for which the n-th prompts of both sides belong together. */
export function needsPairs(method: FitMethod): boolean {
  return isFitMethod(method) && registry[method].pairs
}

/** Those that choose their layers themselves, and give one vector. */
export function choosesLayers(method: string): boolean {
  return needs(method, 'no-layer')
}

/** Those that read states through an autoencoder, and so at its layer only. */
export function needsAutoencoder(method: string): boolean {
  return needs(method, 'autoencoder')
}

/** What a method is told where a study does not say it. */
export function defaultsOf(method: string): Readonly<Record<string, unknown>> {
  return isFitMethod(method) ? { ...registry[method].defaults } : {}
}

/** What a method may be told beside its prompts. */
export function parameterNames(method: FitMethod): string[] {
  return ['tokens', ...Object.keys(registry[method].defaults)]
}

/** What a fit is told, with the defaults of its method filled in. */
export function parametersOf(spec: MethodSpec): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = { ...spec }
  const { tokensOf, defaults } = registry[spec.method]
  const all = { tokens: tokensOf(spec), ...defaults }
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, given[key] ?? value]))
}

/**
 * One vector per layer, from one pass over each side; of a method that chooses its layers itself one vector, under the
 * layer it takes for the best.
 * @throws PlimsollError `invalid-input` for an empty side, missing control prompts, or sides that give no direction
 */
export async function fitMethod(
  model: FitModel,
  spec: MethodSpec,
  options: FitOptions = {},
): Promise<ReadonlyMap<number, FittedVector>> {
  const { method } = spec
  // Whoever runs TypeScript without its types, or JavaScript, is told by nobody else.
  if (!isFitMethod(method))
    throw new PlimsollError('invalid-input', 'There is no method of this name', {
      found: String(method),
      expected: fitMethods.map(({ name }) => name).join(', '),
      fix: 'Name one of these.',
    })
  listOf('positive', spec.positive)
  listOf('negative', spec.negative)
  if (needsControl(method) && spec.control === undefined)
    throw new PlimsollError('invalid-input', `${method} has no control prompts`, {
      expected: 'prompts on two sides that are to be left alone, such as harmless and harmful ones',
      fix: 'Name them, or take a method without control.',
    })
  return registry[method].fit(model, spec, spec, options)
}
