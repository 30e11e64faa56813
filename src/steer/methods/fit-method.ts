/** Fits any method that makes one direction per layer of two sides of prompts. */
import type { DirectionVector, Model } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import { createRandom } from '../../random.ts'
import { type ContrastSpec, defaultTokens, fitDirections, type Making } from './contrast.ts'
import { type DiffmeanSpec, diffmean, diffmeanDefaults, fitDiffmean } from './diffmean.ts'
import { type LinearProbeParameters, linearProbe, linearProbeDefaults, linearProbeDirection } from './linear-probe.ts'
import { nullSpace, nullSpaceDefaults, nullSpaceDirection } from './null-space.ts'
import { partialOr, partialOrDefaults, partialOrDirection } from './partial-or.ts'
import { pca, pcaDefaults, pcaDirection } from './pca.ts'
import type { MethodDescription } from './types.ts'

/** Methods by name, with what each may be told beside its prompts. */
export interface FitParameters {
  readonly diffmean: Pick<DiffmeanSpec, 'weighting'>
  readonly pca: { readonly centred?: boolean | undefined }
  readonly 'linear-probe': { readonly [K in keyof LinearProbeParameters]?: LinearProbeParameters[K] | undefined }
  readonly 'partial-or': { readonly lambda?: number | undefined }
  readonly 'null-space': { readonly ratio?: number | undefined }
}
export type FitMethod = keyof FitParameters

/** In the order in which they are listed. */
export const fitMethods: Readonly<Record<FitMethod, MethodDescription>> = {
  diffmean,
  pca,
  'linear-probe': linearProbe,
  'partial-or': partialOr,
  'null-space': nullSpace,
}

/** A method with its prompts and parameters. */
export type MethodSpec = {
  [M in FitMethod]: ContrastSpec & { readonly method: M } & FitParameters[M]
}[FitMethod]

/** Those that have to know what is to be left alone. */
export function needsControl(method: FitMethod): boolean {
  return method === 'partial-or' || method === 'null-space'
}

const defaultsOf: Readonly<Record<FitMethod, Readonly<Record<string, unknown>>>> = {
  diffmean: { weighting: diffmeanDefaults.weighting },
  pca: pcaDefaults,
  'linear-probe': linearProbeDefaults,
  'partial-or': partialOrDefaults,
  'null-space': nullSpaceDefaults,
}

/** What a method may be told beside prompts and tokens. */
export function parameterNames(method: FitMethod): string[] {
  return Object.keys(defaultsOf[method])
}

/** What a fit is told, with the defaults of its method filled in. */
export function parametersOf(spec: MethodSpec): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = { ...spec }
  const defaults = { tokens: defaultTokens, ...defaultsOf[spec.method] }
  return Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, given[key] ?? value]))
}

/**
 * One vector per layer, from one pass over each side.
 * @throws PlimsollError `invalid-input` for an empty side, missing control prompts, or sides that give no direction
 */
export async function fitMethod(
  model: Model,
  spec: MethodSpec,
  options: RunOptions = {},
): Promise<Map<number, DirectionVector>> {
  if (needsControl(spec.method) && spec.control === undefined)
    throw new PlimsollError('invalid-input', `${spec.method} has no control prompts`, {
      expected: 'prompts on two sides that are to be left alone, such as harmless and harmful ones',
      fix: 'Name them, or take a method without control.',
    })
  if (spec.method === 'diffmean') return fitDiffmean(model, spec, options)
  return fitDirections(model, spec, { name: spec.method, ...makerOf(spec, options.seed ?? 0) }, options)
}

function makerOf(spec: Exclude<MethodSpec, { method: 'diffmean' }>, seed: number): Pick<Making, 'reads' | 'make'> {
  switch (spec.method) {
    case 'pca': {
      const { centred = pcaDefaults.centred } = spec
      return { reads: 'means', make: states => pcaDirection(states, centred) }
    }
    case 'partial-or': {
      const { lambda = partialOrDefaults.lambda } = spec
      return { reads: 'means', make: states => partialOrDirection(states, lambda) }
    }
    case 'null-space': {
      const { ratio = nullSpaceDefaults.ratio } = spec
      if (!(ratio > 0 && ratio <= 1))
        throw new PlimsollError('invalid-input', 'null-space keeps a share of the width', {
          found: String(ratio),
          expected: 'a ratio above 0 and at most 1',
          fix: 'Give another ratio: the smaller it is, the more is protected.',
        })
      return { reads: 'means', make: states => nullSpaceDirection(states, ratio) }
    }
    case 'linear-probe': {
      const { epochs, batch, learningRate, weightDecay, centred } = linearProbeDefaults
      const parameters = {
        epochs: spec.epochs ?? epochs,
        batch: spec.batch ?? batch,
        learningRate: spec.learningRate ?? learningRate,
        weightDecay: spec.weightDecay ?? weightDecay,
        centred: spec.centred ?? centred,
      }
      return {
        reads: 'tokens',
        make: (states, layer) =>
          linearProbeDirection(states, parameters, createRandom(seed, `linear probe at layer ${layer}`)),
      }
    }
  }
}
