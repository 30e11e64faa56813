/** Fits and selects until every planned condition says what is done to the model. */
import { basename } from 'node:path'
import { z } from 'zod'
import { PlimsollError } from '../errors.ts'
import { choosesLayers, type FitModel, type FittedVector, layersIn, openVector } from '../steer/index.ts'
import { type FoundAblation, findAblation, permutedAblation } from './ablation/index.ts'
import { type ActiveCondition, activate, place, type Steered } from './active.ts'
import { methodTreatments, type PlannedCondition, type Treatment } from './conditions.ts'
import { pathFrom } from './config.ts'
import {
  type Fitted,
  fitContrast,
  fitPermuted,
  fitResampled,
  type Recipe,
  recipeKey,
  rememberStates,
} from './fit/index.ts'
import { harmlessPrompts } from './harmless/index.ts'
import { candidateLayers } from './layers.ts'
import { type MatchedStrength, strengthForKl } from './match-kl.ts'
import type { Plan } from './plan.ts'
import type { Selection } from './result.ts'
import { selectPoint } from './select.ts'
import { additive, fingerprintOf, idle, randomised, redirected } from './steering.ts'
import { tunePrompt } from './tune-prompt.ts'
import type { OnRows, Setting, Work } from './work.ts'

export interface Prepared {
  readonly conditions: readonly ActiveCondition[]
  readonly fitted: Fitted | null
  readonly selections: readonly Selection[]
  /** By condition. */
  readonly ablations: ReadonlyMap<string, FoundAblation>
}

/** @param vectors those at hand, by what a condition's `vector` says */
export async function prepare(
  work: Work,
  plan: Plan,
  onRows: OnRows,
  vectors: ReadonlyMap<string, FittedVector> = new Map(),
): Promise<Prepared> {
  const layers = candidateLayers(plan.study.select, work.model.info.layers)
  const methods = methodTreatments(plan.conditions)
  const model = rememberStates(work.model)
  const fitted = methods.length === 0 ? null : await fitContrast(work, plan, model, layers, onRows)
  const preparing: Preparing = {
    work,
    plan,
    model,
    onRows,
    layers,
    fitted,
    vectors,
    selections: [],
    ablations: new Map(),
    steered: new Map(),
  }
  const conditions = []
  for (const planned of plan.conditions) conditions.push(await prepareOne(planned, preparing))
  const { selections, ablations } = preparing
  return { conditions, fitted, selections, ablations }
}

interface Preparing {
  readonly work: Work
  readonly plan: Plan
  /** Reads each prompt once for all fits. */
  readonly model: FitModel
  readonly onRows: OnRows
  readonly layers: readonly number[]
  readonly fitted: Fitted | null
  readonly vectors: ReadonlyMap<string, FittedVector>
  readonly selections: Selection[]
  readonly ablations: Map<string, FoundAblation>
  /** Those steered so far, by condition: references are made like the first. */
  readonly steered: Map<string, Steered>
}

async function prepareOne(planned: PlannedCondition, preparing: Preparing): Promise<ActiveCondition> {
  const { study } = preparing.plan
  const plain: Setting = { steering: [], system: study.system, slots: study.slots }
  const { treatment } = planned
  const [first] = preparing.steered.values()
  switch (treatment.kind) {
    case 'nothing':
      return activate(planned, plain, { description: 'the unsteered model' })
    case 'system': {
      const { work, plan, onRows } = preparing
      const told = onRows('select', planned.name)
      const { setting, description } = await tunePrompt(work, plan, planned.name, treatment.texts, told)
      return activate(planned, setting, { description })
    }
    case 'method':
    case 'vector': {
      const steered = await steeredBy(planned, treatment, preparing)
      preparing.steered.set(planned.name, steered)
      const { vector, layer, strength } = steered
      const description = `${titleOf(treatment)}, ${place(steered)}`
      return activate(planned, { ...plain, steering: [{ vector, strength }] }, { description, layer, strength, vector })
    }
    case 'random': {
      if (first === undefined) return activate(planned, plain, { description: 'nothing to be random beside' })
      const { strength, layer } = first
      const vector = randomised(first.vector, study.seed, treatment.draw)
      const description = `a random direction of the same size, ${place(first)}`
      return activate(planned, { ...plain, steering: [{ vector, strength }] }, { description, layer, strength })
    }
    case 'random-kl': {
      if (first === undefined) return activate(planned, plain, { description: 'nothing to be random beside' })
      const { layer } = first
      // Added, whatever the method does: the effect of a component that is set or turned does not grow from none.
      const vector = randomised(additive(first.vector), study.seed, KL_DRAWS + treatment.draw)
      const { strength, kl, wanted } = await matched(first, vector, preparing)
      const short = kl < wanted ? `; it reaches ${kl.toPrecision(2)} only` : ''
      const description = `a random direction as strong as moves the first token as far (KL ${wanted.toPrecision(2)}${short}), ${place({ layer, strength })}`
      return activate(planned, { ...plain, steering: [{ vector, strength }] }, { description, layer, strength })
    }
    case 'permuted': {
      const layer = first?.layer ?? null
      const found = layer === null ? undefined : await permutedAt(layer, treatment.draw, preparing)
      if (first === undefined || layer === null || found === undefined)
        return activate(planned, plain, { description: 'nothing that shuffled sides give at one layer' })
      const sized = redirected(first.vector, found, layer)
      const { strength } = first
      const size = sized === null ? 'of its own size' : 'of the same size'
      const description = `the same fit with the sides of its rows shuffled, ${size}, ${place(first)}`
      const vector = sized ?? found
      return activate(planned, { ...plain, steering: [{ vector, strength }] }, { description, layer, strength })
    }
    case 'ablate-refusal': {
      const { plan, fitted, ablations } = preparing
      const isProbed = ablations.size > 0 || (fitted !== null && plan.study.fit.keep === 'behaviour')
      const finding = { ...preparing, probe: isProbed ? 'told' : 'new' } as const
      const found = await findAblation(finding, planned.name, treatment)
      ablations.set(planned.name, found)
      const { layer, vector, description } = found
      const { strength } = treatment
      const steering = [{ vector, strength }]
      if (planned.role !== 'method') return activate(planned, { ...plain, steering }, { description, layer })
      preparing.steered.set(planned.name, { vector, layer, strength })
      return activate(planned, { ...plain, steering }, { description, layer, strength, vector })
    }
    case 'refit': {
      const like = preparing.steered.get(treatment.of)
      const vector = await refittedAs(treatment, like?.layer ?? null, preparing)
      if (like === undefined || vector === undefined)
        throw new PlimsollError('internal', `${treatment.of} was not fitted, so it cannot be fitted again`)
      const { layer, strength } = like
      const description = `${treatment.of} fitted on its contrast set drawn anew, ${place(like)}`
      return activate(planned, { ...plain, steering: [{ vector, strength }] }, { description, layer, strength })
    }
    case 'identity': {
      const steering = first === undefined ? [] : [{ vector: idle(first.vector), strength: 0 }]
      return activate(planned, { ...plain, steering }, { description: 'an edit that adds nothing', strength: 0 })
    }
    case 'other-slots': {
      // Any other number does, and with one at a time the half would be the same.
      const slots = study.slots === 1 ? 2 : Math.floor(study.slots / 2)
      return activate(planned, { ...plain, slots }, { description: `the unsteered model, ${slots} answers at a time` })
    }
  }
}

/** What the first method finds at a layer where the sides of its rows are shuffled. */
async function permutedAt(layer: number, draw: number, preparing: Preparing): Promise<FittedVector | undefined> {
  const { work, plan, model, fitted, ablations } = preparing
  const name = plan.conditions.find(({ role }) => role === 'method')?.name ?? ''
  const ablation = ablations.get(name)
  try {
    if (ablation !== undefined) return await permutedAblation(preparing, ablation, draw)
    return fitted === null ? undefined : await fitPermuted(work, plan, model, recipeOf(plan), fitted, layer, draw)
  } catch (error) {
    // That there is nothing to be found where the sides are shuffled ends no study.
    if (error instanceof PlimsollError && error.code === 'invalid-input') return undefined
    throw error
  }
}

async function refittedAs(
  { of, draw }: Extract<Treatment, { kind: 'refit' }>,
  layer: number | null,
  { work, plan, model, fitted }: Preparing,
): Promise<FittedVector | undefined> {
  const recipe = plan.conditions.find(({ name }) => name === of)?.treatment
  if (fitted === null || recipe?.kind !== 'method') return undefined
  return fitResampled(work, plan, model, recipe, fitted, layer, draw)
}

/** Draws that no plain random reference of the study has. */
const KL_DRAWS = 500

const Matched = z.object({ strength: z.number(), kl: z.number(), wanted: z.number() })

/** On harmless prompts of the fit, since what a model does with others is what the method is meant to change. */
async function matched(first: Steered, vector: FittedVector, { work, plan }: Preparing): Promise<MatchedStrength> {
  const prompts = harmlessPrompts(plan)
  const like = [{ vector: first.vector, strength: first.strength }]
  const at = (strength: number) => [{ vector, strength }]
  const what = { kind: 'strength for KL', prompts, like: fingerprintOf(like), vector: fingerprintOf(at(1)) }
  return Matched.parse(await work.once(what, () => strengthForKl(work, prompts, like, at, Math.abs(first.strength))))
}

function titleOf(treatment: Extract<Treatment, { kind: 'method' | 'vector' }>): string {
  if (treatment.kind === 'method') return `${basename(treatment.method)}${told(treatment.parameters)}`
  return treatment.file.startsWith('memory:') ? 'a given vector' : basename(treatment.file)
}

/** ` (lambda 0.6)`; nothing where all is as by default. */
function told({ constrained, ...others }: Recipe['parameters']): string {
  const written = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))
  const numbers = Object.entries(others).map(([name, value]) => `${name} ${written(value)}`)
  const all = constrained === true ? ['constrained', ...numbers] : numbers
  return all.length === 0 ? '' : ` (${all.join(', ')})`
}

async function steeredBy(
  { name }: PlannedCondition,
  treatment: Extract<Treatment, { kind: 'method' | 'vector' }>,
  { work, plan, layers, fitted, vectors: atHand, onRows, selections }: Preparing,
): Promise<Steered> {
  if (treatment.kind === 'vector') {
    const vector =
      atHand.get(treatment.file) ?? (await openVector(pathFrom(plan.folder, treatment.file), work.model.info))
    return { vector, layer: onlyLayer(vector, work), strength: treatment.strength }
  }
  const { layer, strength } = treatment
  if (layer !== null && strength !== null) return { vector: fittedAt(treatment, layer, fitted), layer, strength }
  const vectors = fitted?.vectors.get(recipeKey(treatment)) ?? new Map<number, FittedVector>()
  const tried = choosesLayers(treatment.method) ? [...vectors.keys()] : layers
  const places = (layer === null ? tried : [layer]).flatMap(at => {
    const vector = vectors.get(at)
    return vector === undefined
      ? []
      : [{ layer: at, vector, steeringAt: (alpha: number) => [{ vector, strength: alpha }] }]
  })
  const { rule, strengths } = plan.study.select
  const selected = await selectPoint(work, plan, {
    condition: name,
    places,
    strengths: strength === null ? strengths : [strength],
    // A strength that is given is not searched for: its layer is chosen.
    rule: strength !== null && rule !== 'both' ? 'target-minus-control' : rule,
    divergence: 'of the chosen',
    onRows: onRows('select', name),
    onLooked: count => onRows('select', `${name}, divergence of ${count} strengths`)(0),
  })
  selections.push(selected.selection)
  return { vector: selected.place.vector, layer: selected.place.layer, strength: selected.strength }
}

/** What a permuted reference repeats: the recipe of the first method. */
function recipeOf({ conditions }: Plan): Recipe {
  return methodTreatments(conditions)[0] ?? { method: 'diffmean', parameters: {} }
}

function fittedAt(recipe: Recipe, layer: number, fitted: Fitted | null): FittedVector {
  const vector = fitted?.vectors.get(recipeKey(recipe))?.get(layer)
  if (vector === undefined) throw new PlimsollError('internal', `Layer ${layer} was not fitted`)
  return vector
}

/** Null for a vector that acts at several layers. */
function onlyLayer(vector: FittedVector, { model }: Work): number | null {
  const [only = null, ...others] = layersIn(vector, model.info.layers)
  return others.length === 0 ? only : null
}
