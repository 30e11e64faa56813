/** The conditions of a study before anything is fitted. */
import { basename, extname } from 'node:path'
import { PlimsollError } from '../errors.ts'
import type { Role } from '../measure/types.ts'
import {
  choosesLayers,
  isFitMethod,
  isTrainedThrough,
  needsAnswers,
  needsAutoencoder,
  needsControl,
  needsSeed,
  type OwnParameters,
  parameterNames,
  TokensSaid,
  tokensOf,
} from '../steer/index.ts'
import { usesAnswers } from './fit/recipe.ts'
import { refitName } from './refit-name.ts'
import type { Condition, MethodParameters, Study } from './schema.ts'

/** What is done to the model. */
export type Treatment =
  | { readonly kind: 'nothing' }
  /** A system prompt asks for the behaviour in words: the best of these on the select split. */
  | { readonly kind: 'system'; readonly texts: readonly string[] }
  /** Layer and strength that are not given are chosen on the select split. */
  | {
      readonly kind: 'method'
      /** One of Plimsoll's, or the path of a module as the study has it. */
      readonly method: string
      readonly parameters: MethodParameters | OwnParameters
      readonly layer: number | null
      readonly strength: number | null
    }
  | { readonly kind: 'vector'; readonly file: string; readonly strength: number }
  /** An isotropic direction of the size of the first steered condition's, at its layer. */
  | { readonly kind: 'random'; readonly draw: number }
  /** The same, as strong as changes the first token as much as the first steered condition does. */
  | { readonly kind: 'random-kl'; readonly draw: number }
  /** What the first method's fit finds when the sides of its rows are shuffled, at its layer and of its size. */
  | { readonly kind: 'permuted'; readonly draw: number }
  /** The direction of harmful against harmless prompts, removed everywhere. */
  | {
      readonly kind: 'ablate-refusal'
      readonly layer: number | null
      readonly strength: number
      readonly tokens: TokensSaid | undefined
    }
  /** What a method in closed form finds on its contrast set drawn anew, at its layer and strength. */
  | { readonly kind: 'refit'; readonly of: string; readonly draw: number }
  /** An edit that adds nothing. */
  | { readonly kind: 'identity' }
  /** The baseline with another number of sequences decoded together. */
  | { readonly kind: 'other-slots' }

export interface PlannedCondition {
  readonly name: string
  readonly role: Role
  readonly treatment: Treatment
  /** Which rows of a suite it answers; null for all. */
  readonly rows: RowsAsked | null
}

export interface RowsAsked {
  readonly most: number
  /**
   * `first`: those with which the suite begins, so that their chunks are made up as the baseline's are. `spread`: one of
   * each of so many stretches of equal length, drawn by the seed, so that all templates of a grid have their share.
   */
  readonly of: 'first' | 'spread'
}

export type MethodTreatment = Extract<Treatment, { kind: 'method' }>

/** What each method of a study is, in its order. */
export function methodTreatments(conditions: readonly PlannedCondition[]): MethodTreatment[] {
  return conditions.flatMap(({ treatment }) => (treatment.kind === 'method' ? [treatment] : []))
}

/** Checks need few rows: what they have to show is large, or nothing at all. */
const SAFEGUARD_CHUNKS = 1

/** Baseline, methods, references, safeguards, in this order. */
export function planConditions(study: Study): PlannedCondition[] {
  const steered = study.conditions.map((condition): PlannedCondition => {
    return {
      name: nameOfCondition(condition),
      role: 'method',
      treatment: forBehaviour(treatmentOf(condition), study),
      rows: null,
    }
  })
  const uncontrolled = study.conditions.find(condition => 'method' in condition && isControlled(condition))
  const { behaviour } = study
  if (
    uncontrolled !== undefined &&
    behaviour === 'refusal' &&
    (study.fit.positive === undefined || study.fit.negative === undefined)
  )
    throw new PlimsollError(
      'invalid-input',
      `${nameOfCondition(uncontrolled)} does not know what is to be left alone`,
      {
        expected: 'fit.positive (harmless prompts) and fit.negative (harmful prompts)',
        fix: 'Name both, or take a method without control.',
      },
    )
  for (const condition of study.conditions) if ('method' in condition) checkParameters(condition)
  const conditions = [
    { name: 'baseline', role: 'baseline', treatment: { kind: 'nothing' }, rows: null } as const,
    ...steered,
    ...references(study, steered.length > 0),
    ...(study.safeguards ? safeguards(study) : []),
    ...steered.flatMap(condition => refits(condition, study)),
  ]
  const names = conditions.map(condition => condition.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return conditions
  throw new PlimsollError('invalid-input', 'Two conditions of the study have the same name', {
    found: twice,
    fix: 'Give one of them another with a line `name: …`.',
  })
}

type MethodCondition = Extract<Condition, { method: string }>

function isControlled({ method, parameters }: MethodCondition): boolean {
  const reads = isFitMethod(method) && (needsControl(method) || method === 'ablation')
  return reads || parameters?.constrained === true
}

function checkParameters({ method, layer, parameters = {} }: MethodCondition): void {
  // A module's own are known when it is loaded.
  if (!isFitMethod(method)) return
  if (needsAutoencoder(method) && (parameters.autoencoder === undefined || layer === undefined))
    throw new PlimsollError('invalid-input', `${method} has no ${layer === undefined ? 'layer' : 'autoencoder'}`, {
      expected: 'the file of a sparse autoencoder, and the one layer that it was trained at',
      fix: `Write { method: ${method}, layer: N, parameters: { autoencoder: FILE } }; \`plimsoll sae train\` makes one.`,
    })
  // Of every method: it decides on which rows it is fitted.
  if (choosesLayers(method) && layer !== undefined)
    throw new PlimsollError('invalid-input', `${method} chooses its layers itself`, {
      found: `layer: ${layer}`,
      fix: 'Remove the layer.',
    })
  if (method === 'ablation' && parameters.tokens !== undefined && isAnswer(parameters.tokens))
    throw new PlimsollError('invalid-input', 'ablation reads prompts, no answers', {
      found: `tokens: ${JSON.stringify(parameters.tokens)}`,
      expected: 'tokens of the prompt, such as template-suffix or last',
      fix: 'Name others, or leave `tokens` out.',
    })
  const known = method === 'ablation' ? ['tokens'] : ['constrained', ...parameterNames(method)]
  const unknown = Object.keys(parameters).find(name => !known.includes(name))
  if (unknown === undefined) return
  throw new PlimsollError('invalid-input', `${method} has no parameter ${unknown}`, {
    expected: known.join(', '),
    fix: `Remove it; \`plimsoll methods ${method}\` lists those it has.`,
  })
}

function isAnswer(said: unknown): boolean {
  const { data } = TokensSaid.safeParse(said)
  return data !== undefined && needsAnswers(tokensOf(data))
}

/** `diffmean`, `diffmean@14`, `diffmean×2`, `diffmean@14×2`. */
function nameOfCondition(condition: Condition): string {
  if (condition.name !== undefined) return condition.name
  if ('vector' in condition) return condition.vector
  const { method, layer, strength, parameters } = condition
  const own = isFitMethod(method) ? method : basename(method, extname(method))
  return `${own}${parameters?.constrained === true ? ' constrained' : ''}${layer === undefined ? '' : `@${layer}`}${strength === undefined ? '' : `×${strength}`}`
}

function treatmentOf(condition: Condition): Treatment {
  if ('vector' in condition) return { kind: 'vector', file: condition.vector, strength: condition.strength }
  const { method, layer = null, strength = null, parameters = {} } = condition
  if (method === 'ablation')
    return {
      kind: 'ablate-refusal',
      layer,
      strength: strength ?? 1,
      tokens: TokensSaid.safeParse(parameters.tokens).data,
    }
  // What is taken away is taken away whole; other strengths are chosen on the select split.
  const usual = isFitMethod(method) && parameters.edit === 'ablate' ? 1 : null
  return { kind: 'method', method, parameters, layer, strength: strength ?? usual }
}

/**
 * The two sides of a question with two answers share their prompt: what tells them apart is read where they differ, in
 * the answers.
 * @throws PlimsollError `invalid-input` for a method that is about refusals
 */
function forBehaviour(treatment: Treatment, { behaviour }: Study): Treatment {
  if (behaviour === 'refusal') return treatment
  if (treatment.kind === 'ablate-refusal')
    throw new PlimsollError(
      'invalid-input',
      'ablation finds the direction of refusal, and this study is about faithfulness',
      {
        fix: 'Take another method, such as diffmean.',
      },
    )
  if (treatment.kind !== 'method' || isTrainedThrough(treatment.method)) return treatment
  const { tokens } = treatment.parameters
  if (tokens !== undefined && !isAnswer(tokens))
    throw new PlimsollError('invalid-input', `${treatment.method} reads tokens that are the same on both sides`, {
      found: `tokens: ${JSON.stringify(tokens)}`,
      expected: 'tokens of the answer: in a study of faithfulness both sides ask the same, and answer differently',
      fix: 'Leave `tokens` out.',
    })
  return { ...treatment, parameters: { ...treatment.parameters, tokens: 'answer' } }
}

function references(
  { references: { prompt, random, randomKl, permuted, rows: most }, conditions }: Study,
  isSteered: boolean,
): PlannedCondition[] {
  const role = 'reference'
  const rows = most === null ? null : ({ most, of: 'spread' } as const)
  const isFitted = conditions.some(condition => 'method' in condition)
  const drawn = (kind: 'random' | 'random-kl' | 'permuted', draws: number) =>
    Array.from({ length: draws }, (_, draw): PlannedCondition => {
      const name = draws === 1 ? kind : `${kind}-${draw + 1}`
      return { name, role, treatment: { kind, draw }, rows }
    })
  return [
    ...(prompt === false
      ? []
      : [{ name: 'prompt', role, treatment: { kind: 'system', texts: [prompt].flat() }, rows } as const]),
    ...(isSteered ? [...drawn('random', random), ...drawn('random-kl', randomKl)] : []),
    ...(isFitted ? drawn('permuted', permuted) : []),
  ]
}

/**
 * What is trained depends on its optimiser too, and takes minutes: it is not fitted again. Nor is what reads the model's
 * own answers, which would have to be made anew; those of questions are given.
 */
function refits({ name, treatment }: PlannedCondition, { fit, behaviour }: Study): PlannedCondition[] {
  if (treatment.kind !== 'method' || !isFitMethod(treatment.method)) return []
  if (needsSeed(treatment.method) || isTrainedThrough(treatment.method)) return []
  if (usesAnswers(treatment) && behaviour !== 'faithfulness') return []
  const rows = fit.resampleRows === null ? null : ({ most: fit.resampleRows, of: 'spread' } as const)
  return Array.from({ length: fit.resamples }, (_, draw): PlannedCondition => {
    return { name: refitName(name, draw), role: 'refit', treatment: { kind: 'refit', of: name, draw }, rows }
  })
}

function safeguards(study: Study): PlannedCondition[] {
  const rows = { most: SAFEGUARD_CHUNKS * study.chunk, of: 'first' } as const
  const { positive, negative } = study.fit
  if (study.expectPositiveControl === 'broken' && (positive === undefined || negative === undefined))
    throw new PlimsollError('invalid-input', 'The positive control has nothing to be fitted on', {
      expected: 'fit.positive (harmless prompts) and fit.negative (harmful prompts)',
      fix: 'Name both, or write `safeguards: false`.',
    })
  const ablation: PlannedCondition = {
    // A method of the study may have the name.
    name: study.conditions.some(condition => nameOfCondition(condition) === 'ablation')
      ? 'positive-control'
      : 'ablation',
    role: 'positive-control',
    treatment: { kind: 'ablate-refusal', layer: null, strength: 1, tokens: undefined },
    rows,
  }
  return [
    ...(study.expectPositiveControl === 'broken' ? [ablation] : []),
    { name: 'identity', role: 'identity', treatment: { kind: 'identity' }, rows },
    { name: 'second-baseline', role: 'second-baseline', treatment: { kind: 'other-slots' }, rows },
  ]
}
