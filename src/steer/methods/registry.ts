/** The methods that are fitted on two sides of prompts: what each needs, and how it makes its vectors. */
import { EMBEDDING } from '../../engine/place.ts'
import type { Where } from '../../engine/where.ts'
import { PlimsollError } from '../../errors.ts'
import { createRandom } from '../../random.ts'
import type { FittedVector } from '../vector.ts'
import { ablated, ablation, ablationDefaults } from './ablation.ts'
import { ace, aceDefaults, fitAce } from './ace.ts'
import { angular, angularDefaults, fitAngular } from './angular.ts'
import { cast, castDefaults, fitCast } from './cast.ts'
import {
  type ContrastSpec,
  type ContrastStates,
  defaultTokens,
  type FitModel,
  type FitOptions,
  fitDirections,
  readsFor,
  type Weighting,
  wholePairs,
} from './contrast.ts'
import { diffmean, diffmeanDefaults, fitDiffmean } from './diffmean.ts'
import { fitIti, iti, itiDefaults, itiTokens } from './iti.ts'
import { linearProbe, linearProbeDefaults, linearProbeDirection } from './linear-probe.ts'
import { endsOf, fitLoreft, loreft, loreftDefaults } from './loreft.ts'
import { nullSpace, nullSpaceDefaults, nullSpaceDirection } from './null-space.ts'
import { type PartialOrEdit, partialOr, partialOrDefaults, partialOrDirection } from './partial-or.ts'
import { pca, pcaDefaults, pcaDirection } from './pca.ts'
import { fitReftR1, reftR1, reftR1Defaults } from './reft-r1.ts'
import { fitSsv, ssv, ssvDefaults } from './ssv.ts'
import { fitSta, sta, staDefaults } from './sta.ts'
import { trainedTokens } from './trained.ts'
import type { MethodDescription } from './types.ts'

export interface Registered<Parameters extends object> {
  readonly description: MethodDescription
  /** Of what it may be told beside prompts and tokens. */
  readonly defaults: Parameters
  /** Tokens that are read, or acted on where it is trained, unless others are named. */
  readonly tokensOf: (told: object) => Where['tokens']
  /**
   * `control`: what is to be left alone. `seed`: random numbers decide something. `answers`: it is trained through the
   * model, on answers. `no-layer`: it chooses its layers itself and gives one vector. `autoencoder`: it reads through one,
   * at the layer of that.
   */
  readonly needs: readonly ('control' | 'seed' | 'answers' | 'no-layer' | 'autoencoder')[]
  /** Whether the n-th prompts of both sides belong together. */
  readonly pairs: boolean
  /** One vector per layer. @param told parameters among other things; what is missing has its default */
  readonly fit: (
    model: FitModel,
    spec: ContrastSpec,
    told: object,
    options: FitOptions,
  ) => Promise<ReadonlyMap<number, FittedVector>>
}

interface More<Parameters> {
  readonly tokens?: Where['tokens'] | ((parameters: Parameters) => Where['tokens'])
  readonly needs?: Registered<object>['needs']
  readonly pairs?: true
}

type Fit<Parameters> = (
  model: FitModel,
  spec: ContrastSpec,
  parameters: Parameters,
  options: FitOptions,
) => Promise<ReadonlyMap<number, FittedVector>>

function registered<Parameters extends object>(
  description: MethodDescription,
  defaults: Parameters,
  fit: Fit<Parameters>,
  { tokens = defaultTokens, needs = [], pairs }: More<Parameters> = {},
): Registered<Parameters> {
  return {
    description,
    defaults,
    tokensOf: told => (typeof tokens === 'function' ? tokens(filled(defaults, told)) : tokens),
    needs,
    pairs: pairs ?? false,
    fit: (model, spec, told, options) => fit(model, spec, filled(defaults, told), options),
  }
}

/** What was told, and the defaults of what was not. */
function filled<Parameters extends object>(defaults: Parameters, told: object): Parameters {
  const own = Object.entries(told).filter(([key, value]) => key in defaults && value !== undefined)
  return { ...defaults, ...Object.fromEntries(own) }
}

const trained = { tokens: trainedTokens, needs: ['seed', 'answers'] } as const

/** In the order in which they are listed. */
export const registry = {
  diffmean: registered(
    diffmean,
    widened<{ weighting: Weighting }>({ weighting: diffmeanDefaults.weighting }),
    (model, spec, parameters, options) => fitDiffmean(model, { ...spec, ...parameters }, options),
  ),
  pca: registered(
    pca,
    widened<{ centred: boolean }>(pcaDefaults),
    async (model, spec, { centred }, options) => {
      const make = (states: ContrastStates) => pcaDirection(states, centred)
      return fitDirections(
        model,
        await wholePairs(model, spec, options),
        { name: 'pca', reads: 'means', make },
        options,
      )
    },
    { pairs: true },
  ),
  'linear-probe': registered(
    linearProbe,
    linearProbeDefaults,
    (model, spec, parameters, options) => {
      const random = (layer: number) => createRandom(options.seed ?? 0, `linear probe at layer ${layer}`)
      const make = (states: ContrastStates, layer: number) => linearProbeDirection(states, parameters, random(layer))
      return fitDirections(model, spec, { name: 'linear-probe', reads: 'tokens', make }, options)
    },
    { needs: ['seed'] },
  ),
  ssv: registered(ssv, ssvDefaults, fitSsv, trained),
  'reft-r1': registered(reftR1, reftR1Defaults, fitReftR1, trained),
  loreft: registered(loreft, loreftDefaults, fitLoreft, { ...trained, tokens: endsOf }),
  'partial-or': registered(
    partialOr,
    widened<{ lambda: number; edit: PartialOrEdit; weighting: Weighting }>(partialOrDefaults),
    async (model, spec, { lambda, edit, weighting }, options) => {
      const make = (states: ContrastStates) => partialOrDirection(states, lambda, weighting)
      const making = { name: 'partial-or', reads: readsFor(weighting), make }
      const added = await fitDirections(model, spec, making, options)
      return edit === 'add' ? added : ablated(model.info, added, layer => layer)
    },
    { needs: ['control'] },
  ),
  'null-space': registered(
    nullSpace,
    widened<{ ratio: number; weighting: Weighting }>(nullSpaceDefaults),
    (model, spec, { ratio, weighting }, options) => {
      if (!(ratio > 0 && ratio <= 1))
        throw new PlimsollError('invalid-input', 'null-space keeps a share of the width', {
          found: String(ratio),
          expected: 'a ratio above 0 and at most 1',
          fix: 'Give another ratio: the smaller it is, the more is protected.',
        })
      const make = (states: ContrastStates) => nullSpaceDirection(states, ratio, weighting)
      return fitDirections(model, spec, { name: 'null-space', reads: readsFor(weighting), make }, options)
    },
    { needs: ['control'] },
  ),
  ace: registered(ace, widened<{ weighting: Weighting }>(aceDefaults), fitAce),
  iti: registered(iti, widened<{ share: number; validation: number }>(itiDefaults), fitIti, {
    tokens: itiTokens,
    needs: ['seed', 'no-layer'],
  }),
  angular: registered(
    angular,
    widened<{ adaptive: boolean; selective: boolean; weighting: Weighting }>(angularDefaults),
    fitAngular,
  ),
  cast: registered(cast, widened<{ centred: boolean }>(castDefaults), fitCast, { needs: ['control'], pairs: true }),
  sta: registered(sta, staDefaults, fitSta, { needs: ['autoencoder'] }),
  ablation: registered(
    ablation,
    widened<{ weighting: Weighting }>(ablationDefaults),
    async (model, spec, parameters, options) =>
      ablated(model.info, await fitDiffmean(model, { ...spec, ...parameters }, options), () => EMBEDDING),
  ),
}

/** Defaults as what they may be, and not as what they are. */
function widened<T extends object>(defaults: T): Readonly<T> {
  return defaults
}
