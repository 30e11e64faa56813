/** Fits any method that makes one direction per layer of two sides of prompts. */
import type { DirectionVector } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import { createRandom } from '../../random.ts'
import { defaultTokens, type FitModel, fitDirections, type Making } from './contrast.ts'
import { type DiffmeanSpec, diffmean, diffmeanDefaults, fitDiffmean } from './diffmean.ts'
import { type LinearProbeParameters, linearProbe, linearProbeDefaults, linearProbeDirection } from './linear-probe.ts'
import { nullSpace, nullSpaceDefaults, nullSpaceDirection } from './null-space.ts'
import { partialOr, partialOrDefaults, partialOrDirection } from './partial-or.ts'
import { pca, pcaDefaults, pcaDirection } from './pca.ts'
import { fitReftR1, type ReftR1Parameters, reftR1, reftR1Defaults } from './reft-r1.ts'
import { fitSsv, ssv, ssvDefaults } from './ssv.ts'
import { type TrainedParameters, type TrainedSpec, trainedTokens } from './trained.ts'
import type { MethodDescription } from './types.ts'

type Told<Parameters> = { readonly [K in keyof Parameters]?: Parameters[K] | undefined }

/** Methods by name, with what each may be told beside its prompts. */
export interface FitParameters {
  readonly diffmean: Pick<DiffmeanSpec, 'weighting'>
  readonly pca: { readonly centred?: boolean | undefined }
  readonly 'linear-probe': Told<LinearProbeParameters>
  readonly ssv: Told<TrainedParameters>
  readonly 'reft-r1': Told<ReftR1Parameters>
  readonly 'partial-or': { readonly lambda?: number | undefined }
  readonly 'null-space': { readonly ratio?: number | undefined }
}
export type FitMethod = keyof FitParameters

/** In the order in which they are listed. */
export const fitMethods: Readonly<Record<FitMethod, MethodDescription>> = {
  diffmean,
  pca,
  'linear-probe': linearProbe,
  ssv,
  'reft-r1': reftR1,
  'partial-or': partialOr,
  'null-space': nullSpace,
}

/** Whether a method is one of Plimsoll's, and no module of the user's. */
export function isFitMethod(name: string): name is FitMethod {
  return Object.hasOwn(fitMethods, name)
}

/** A method with its prompts and parameters. */
export type MethodSpec = {
  [M in FitMethod]: TrainedSpec & { readonly method: M } & FitParameters[M]
}[FitMethod]

/** Those that are trained through the model, by gradients: they read no states of a contrast, but answers. */
export function isTrainedThrough(method: string): method is 'ssv' | 'reft-r1' {
  return method === 'ssv' || method === 'reft-r1'
}

/** Those whose result depends on the seed. */
export function needsSeed(method: FitMethod): boolean {
  return method === 'linear-probe' || isTrainedThrough(method)
}

/** Those that have to know what is to be left alone. */
export function needsControl(method: FitMethod): boolean {
  return method === 'partial-or' || method === 'null-space'
}

const defaultsOf: Readonly<Record<FitMethod, Readonly<Record<string, unknown>>>> = {
  diffmean: { weighting: diffmeanDefaults.weighting },
  pca: pcaDefaults,
  'linear-probe': { ...linearProbeDefaults },
  ssv: { ...ssvDefaults },
  'reft-r1': { ...reftR1Defaults },
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
  const tokens = isTrainedThrough(spec.method) ? trainedTokens : defaultTokens
  const defaults = { tokens, ...defaultsOf[spec.method] }
  return Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, given[key] ?? value]))
}

/**
 * One vector per layer, from one pass over each side.
 * @throws PlimsollError `invalid-input` for an empty side, missing control prompts, or sides that give no direction
 */
export async function fitMethod(
  model: FitModel,
  spec: MethodSpec,
  options: RunOptions = {},
): Promise<Map<number, DirectionVector>> {
  if (needsControl(spec.method) && spec.control === undefined)
    throw new PlimsollError('invalid-input', `${spec.method} has no control prompts`, {
      expected: 'prompts on two sides that are to be left alone, such as harmless and harmful ones',
      fix: 'Name them, or take a method without control.',
    })
  if (spec.method === 'diffmean') return fitDiffmean(model, spec, options)
  if (spec.method === 'ssv') return fitSsv(model, spec, filled(ssvDefaults, spec), options)
  if (spec.method === 'reft-r1') return fitReftR1(model, spec, filled(reftR1Defaults, spec), options)
  return fitDirections(model, spec, { name: spec.method, ...makerOf(spec, options.seed ?? 0) }, options)
}

type OfStates = Exclude<MethodSpec, { method: 'diffmean' | 'ssv' | 'reft-r1' }>

function makerOf(spec: OfStates, seed: number): Pick<Making, 'reads' | 'make'> {
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
      const parameters: LinearProbeParameters = filled(linearProbeDefaults, spec)
      return {
        reads: 'tokens',
        make: (states, layer) =>
          linearProbeDirection(states, parameters, createRandom(seed, `linear probe at layer ${layer}`)),
      }
    }
  }
}

/** What was told, and the defaults of what was not. */
function filled<Parameters extends object>(defaults: Parameters, told: Told<Parameters>): Parameters {
  const own = Object.entries(told).filter(([key, value]) => key in defaults && value !== undefined)
  return { ...defaults, ...Object.fromEntries(own) }
}
