/** The fit of a study: contrast set, one vector per candidate layer, and the direction of refusal for the safeguards. */
import { basename } from 'node:path'
import { createRandom, type PromptRow, shuffle } from '../../data/index.ts'
import { PlimsollError } from '../../errors.ts'
import type { Random } from '../../random.ts'
import {
  type FitModel,
  type FitOptions,
  type FittedVector,
  fitMethod,
  fitOwn,
  isFitMethod,
  loadMethod,
  type MethodSpec,
  needsAutoencoder,
  needsControl,
  needsSeed,
  type OwnMethod,
  type OwnParameters,
  TokensSaid,
} from '../../steer/index.ts'
import { chat } from '../chat.ts'
import { methodTreatments } from '../conditions.ts'
import { autoencoderOf, pathFrom } from '../config.ts'
import { digestOf } from '../hash.ts'
import type { Plan } from '../plan.ts'
import type { MethodParameters } from '../schema.ts'
import { controlOf } from '../splits.ts'
import { readVectors, storedForm, storedNotes, storeVectors } from '../steering.ts'
import type { OnRows, Work } from '../work.ts'
import { type Behaviours, type Openings, observe } from './behaviour.ts'
import { type ConstrainedSet, constrainedSet, withControl } from './constrained.ts'
import { type ContrastSet, contrastSet } from './contrast.ts'
import { anyExamples, type Examples, examplesOf, targetsOf } from './examples.ts'
import { type Recipe, recipeKey } from './recipe.ts'

export { type Recipe, recipeKey } from './recipe.ts'
export { rememberStates } from './remember.ts'

export interface Fitted extends ContrastSet {
  /** By what was fitted (`recipeKey`) and layer. */
  readonly vectors: ReadonlyMap<string, ReadonlyMap<number, FittedVector>>
  /** What each was fitted on, by `recipeKey`. */
  readonly on: ReadonlyMap<string, FittedOn>
  readonly openings: Openings
  /** The set with control rows on both sides, for the methods that ask for it. */
  readonly constrained: ConstrainedSet
}

/** Prompts as the method saw them, and how they came to be these. */
export type FittedOn = Pick<MethodSpec, 'positive' | 'negative' | 'control' | 'answers'> & { readonly note: string }

const asGiven: Behaviours = {
  of: new Map(),
  note: '',
  openings: { tokens: [], texts: [], note: 'rows are fitted as they are given, so no answer was read for openings' },
}
/** Questions with two answers are not refused: there are no openings to speak of. */
const notRefused: Behaviours = { ...asGiven, openings: { tokens: [], texts: [], note: '' } }

/** Finds the contrast set, and fits by every method of the study at every layer that it is asked at. */
export async function fitContrast(
  work: Work,
  plan: Plan,
  model: FitModel,
  layers: readonly number[],
  onRows: OnRows,
): Promise<Fitted> {
  const onSet = onRows('fit', 'contrast set')
  const { study, fit } = plan
  const { keep, minimum, limit } = study.fit
  const behaviours =
    study.behaviour === 'faithfulness' ? notRefused : keep === 'all' ? asGiven : await observe(work, study, fit, onSet)
  const set = contrastSet(fit, behaviours.of, { keep, minimum, limit, seed: study.seed })
  for (const side of ['positive', 'negative'] as const)
    if (set[side].length === 0)
      throw new PlimsollError('invalid-input', `The ${side} side of the contrast set is empty`, {
        found: set.note,
        expected: 'at least one prompt on each side',
        fix: `Name more prompts under fit.${side}, or write \`keep: all\` under fit.`,
      })
  const vectors = new Map<string, ReadonlyMap<number, FittedVector>>()
  const on = new Map<string, FittedOn>()
  const constrained = fit.control
    ? withControl(set, fit.control, study.seed)
    : constrainedSet(set, fit.negative, behaviours.of, study.seed)
  const shared = [behaviours.note, set.note]
  const notes = new Set(shared)
  for (const recipe of methodTreatments(plan.conditions)) {
    if (vectors.has(recipeKey(recipe))) continue
    const own = setOf(recipe, { ...set, constrained })
    const { examples, note } = await examplesOf(work, plan, recipe, own, onRows('fit', 'answers to train on'))
    const fitted = await fitOnce(work, plan, model, recipe, layersOf(recipe, plan, layers), examples, onRows)
    const ownNotes = [...(own === constrained ? [constrained.note] : []), note, ...fitted.notes]
    vectors.set(recipeKey(recipe), fitted.vectors)
    on.set(recipeKey(recipe), { ...fitted.on, note: sentences([...shared, ...ownNotes]) })
    for (const one of ownNotes) notes.add(one)
  }
  return { ...set, constrained, vectors, on, openings: behaviours.openings, note: sentences(notes) }
}

function sentences(notes: Iterable<string>): string {
  return [...notes].filter(note => note !== '').join(' ')
}

/** Those that its conditions name; all candidates where one of them leaves it open, and more than one can be read. */
function layersOf(recipe: Recipe, { conditions }: Plan, candidates: readonly number[]): readonly number[] {
  const same = methodTreatments(conditions).filter(other => recipeKey(other) === recipeKey(recipe))
  const open = needsAutoencoder(recipe.method) ? [] : candidates
  return [...new Set(same.flatMap(({ layer }) => layer ?? open))].sort((a, b) => a - b)
}

/** The rows that a recipe is fitted on. */
function setOf<Set extends ContrastSet>({ parameters }: Recipe, set: Set & { readonly constrained: ConstrainedSet }) {
  return parameters.constrained === true ? set.constrained : set
}

/** Harmless against harmful prompts, whatever the model does with them: its direction is that of refusing. */
export async function fitRefusal(
  work: Work,
  plan: Plan,
  model: FitModel,
  layers: readonly number[],
  tokens?: TokensSaid,
): Promise<ReadonlyMap<number, FittedVector>> {
  const { positive, negative } = plan.fit
  const recipe = { method: 'diffmean', parameters: tokens === undefined ? {} : { tokens } } as const
  return (await fitOnce(work, plan, model, recipe, layers, { positive: negative, negative: positive })).vectors
}

/** The fit at one layer with the sides of its rows shuffled: what the same recipe finds where there is nothing to find. */
export async function fitPermuted(
  work: Work,
  plan: Plan,
  model: FitModel,
  recipe: Recipe,
  fitted: Fitted,
  layer: number,
  draw: number,
): Promise<FittedVector | undefined> {
  const { positive, negative } = setOf(recipe, fitted)
  const rows = shuffle([...positive, ...negative], createRandom(plan.study.seed, `permuted ${draw}`))
  const set = { positive: rows.slice(0, positive.length), negative: rows.slice(positive.length) }
  const examples = await anyExamples(work, plan, recipe, set)
  const { vectors } = await fitOnce(work, plan, model, recipe, [layer], examples)
  const [only] = vectors.values()
  return vectors.get(layer) ?? only
}

/** The fit at one layer on the contrast set drawn anew, each side with replacement (a bootstrap): another seed's fit. */
export async function fitResampled(
  work: Work,
  plan: Plan,
  model: FitModel,
  recipe: Recipe,
  fitted: Fitted,
  layer: number | null,
  draw: number,
): Promise<FittedVector | undefined> {
  // Of questions both sides are the same, each with its two answers: they are drawn together.
  const arePairs = plan.fit.questions !== undefined
  const again = (side: string, rows: readonly PromptRow[]) =>
    withReplacement(rows, createRandom(plan.study.seed, `resample ${draw} of ${arePairs ? 'the questions' : side}`))
  const { positive, negative } = setOf(recipe, fitted)
  const set = { positive: again('the positives', positive), negative: again('the negatives', negative) }
  // What is to be left alone is part of what a method is fitted on.
  const fit = {
    ...plan.fit,
    positive: again('what is harmless', plan.fit.positive),
    negative: again('what is harmful', plan.fit.negative),
    ...(plan.fit.control && {
      control: {
        positive: again('what stays, positive', plan.fit.control.positive),
        negative: again('what stays, negative', plan.fit.control.negative),
      },
    }),
  }
  const layers = layer === null ? [...(fitted.vectors.get(recipeKey(recipe))?.keys() ?? [])] : [layer]
  const { vectors } = await fitOnce(work, { ...plan, fit }, model, recipe, layers, set)
  const [only] = vectors.values()
  return layer === null ? only : vectors.get(layer)
}

function withReplacement<T>(rows: readonly T[], random: Random): T[] {
  return rows.flatMap(() => rows[random.int(rows.length)] ?? [])
}

interface Once {
  readonly vectors: ReadonlyMap<number, FittedVector>
  readonly notes: readonly string[]
  readonly on: Omit<FittedOn, 'note'>
}

async function fitOnce(
  work: Work,
  { study, fit, folder }: Plan,
  model: FitModel,
  { method, parameters }: Recipe,
  layers: readonly number[],
  set: Examples,
  onRows?: OnRows,
): Promise<Once> {
  const { system, seed } = study
  const prompts = (rows: readonly PromptRow[]) => rows.map(row => chat(row.prompt, system))
  const sides = ({ positive, negative }: Pick<ContrastSet, 'positive' | 'negative'>) => ({
    positive: prompts(positive),
    negative: prompts(negative),
  })
  const answers = set.answers ?? targetsOf(set)
  const beside = controlOf(fit)
  const alone = { ...sides(beside), ...(fit.control && { answers: targetsOf(beside) }) }
  const notes: string[] = []
  const options: FitOptions = {
    seed,
    signal: work.signal,
    // Training takes minutes and no rows: how far it is stands beside the rows that are done.
    onProgress: ({ stage, done, total, detail = '' }) => {
      if (stage === 'train') onRows?.('fit', `${basename(method)} step ${done} of ${total} ${detail}`)(0)
    },
    onNote: note => notes.push(note),
  }
  const stopping = async (fitting: Promise<ReadonlyMap<number, FittedVector>>) => {
    const fitted = await fitting.catch(error => {
      // A study that was stopped says how to go on.
      work.checkSignal()
      throw error
    })
    return storeVectors(fitted, notes.join(' '))
  }
  // Which rows are fitted on was decided before; the method does not know it.
  const { constrained: _, ...told } = parameters
  const rows = { ...sides(set), layers }
  if (!isFitMethod(method)) {
    const file = pathFrom(folder, method)
    const own = await loadMethod(file)
    const control = beside.positive.length > 0 && beside.negative.length > 0 ? { control: alone } : {}
    const spec = { ...rows, ...(answers && { answers }), ...control, ...ownTold(own, told as OwnParameters) }
    const what = { kind: 'own', form: storedForm, module: await digestOf(file), ...spec, seed }
    return read(await work.once(what, () => stopping(fitOwn(model, own, spec, options))), spec)
  }
  const spec = {
    ...rows,
    ...(answers && { answers }),
    ...(told as MethodParameters),
    ...(needsControl(method) && { control: alone }),
  }
  const autoencoder = autoencoderOf(folder, parameters)
  const what = {
    kind: method,
    form: storedForm,
    ...spec,
    // Only what is trained depends on the seed.
    ...(needsSeed(method) && { seed }),
    ...(autoencoder !== null && { autoencoder: await digestOf(autoencoder) }),
  }
  const whole = { method, ...spec, ...(autoencoder !== null && { autoencoder }) }
  return read(await work.once(what, () => stopping(fitMethod(model, whole, options))), spec)
}

function read(stored: unknown, { positive, negative, control, answers }: Once['on']): Once {
  const on = { positive, negative, ...(control && { control }), ...(answers && { answers }) }
  return { vectors: readVectors(stored), notes: storedNotes(stored), on }
}

/** What a method of one's own is told: which tokens it reads is not for it to know, unless it has a parameter so called. */
function ownTold({ name, defaults = {} }: OwnMethod, told: OwnParameters) {
  const { tokens: said, ...parameters } = told
  if (said === undefined || 'tokens' in defaults) return { parameters: told }
  const { data: tokens } = TokensSaid.safeParse(said)
  if (tokens !== undefined) return { parameters, tokens }
  throw new PlimsollError('invalid-input', `${name} cannot read such tokens`, {
    found: String(said),
    expected: 'template-suffix, last, prompt or answer',
    fix: 'Name one of these, or leave `tokens` out.',
  })
}
