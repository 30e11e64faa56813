/** What a study would do: rows loaded, splits kept apart, every answer counted. Runs nothing. */
import { existsSync } from 'node:fs'
import type { Dropped } from '../data/index.ts'
import { PlimsollError } from '../errors.ts'
import type { Suite } from '../measure/suites/index.ts'
import { isFitMethod, loadMethod } from '../steer/index.ts'
import { type PlannedCondition, planConditions } from './conditions.ts'
import { autoencoderOf, type LoadedStudy, loadStudy, modelFrom, pathFrom } from './config.ts'
import { countAnswers, outlookOf, type PlanCount, type SuiteOutlook } from './counts.ts'
import { type Deviations, deviationsFrom } from './deviations.ts'
import { loadExplored } from './explored-suites.ts'
import { digestOf, hashOf } from './hash.ts'
import { Loader } from './rows.ts'
import { usesBudget } from './rules.ts'
import type { Study, StudyFile } from './schema.ts'
import { type FitRows, loadSplits, type SelectRows } from './splits.ts'
import { loadSuites } from './suites.ts'

export interface Plan {
  /** Hash of the resolved study and of the rows it uses. */
  readonly hash: string
  readonly study: Study
  /** What the study's relative paths start from. */
  readonly folder: string
  /** Where it departs from the built-in study that filled its gaps; null where that is not known. */
  readonly deviations: Deviations
  /** As the engine is asked for it: a name, or an absolute path. */
  readonly model: string
  readonly fit: FitRows
  readonly select: SelectRows
  readonly suites: readonly Suite[]
  /** Measured at every strength of the chosen layer, on rows of their own. */
  readonly explored: readonly Suite[]
  readonly conditions: readonly PlannedCondition[]
  readonly counts: readonly PlanCount[]
  /** Answers to make and rows to score, in all: the sum of `counts`. */
  readonly answers: number
  /** What each suite of the verdict can at best decide. */
  readonly outlook: readonly SuiteOutlook[]
  readonly dropped: readonly Dropped[]
  /** What was done to rows that stayed, in sentences. */
  readonly notes: readonly string[]
}

export interface PlanOptions {
  /** Where published data sets are. Default: `PLIMSOLL_DATA`, else a folder of the user's cache. */
  readonly dataDir?: string | undefined
}

/**
 * @param study a built-in name, the path of a study file, or what such a file parses to
 * @throws PlimsollError `invalid-input`, `not-found`, `data-invalid`
 */
export async function planStudy(study: string | StudyFile | LoadedStudy, options: PlanOptions = {}): Promise<Plan> {
  const loaded = isLoaded(study) ? study : loadStudy(study)
  const loader = new Loader({ folder: loaded.folder, dataDir: options.dataDir })
  // A module that is not there, or is no method, is told before anything is asked of a model.
  for (const file of modulesOf(loaded)) await loadMethod(file)
  for (const file of autoencodersOf(loaded))
    if (!existsSync(file))
      throw new PlimsollError('not-found', 'The study names an autoencoder that is not there', {
        where: file,
        fix: 'Check the path: it starts from the study file’s folder. `plimsoll sae train` makes one.',
      })
  const suites = await loadSuites(loaded.study, loader)
  checkGraded(loaded.study, suites)
  const splits = await loadSplits(loaded.study, suites, loader)
  const conditions = planConditions(loaded.study)
  const isSelected = conditions.some(({ treatment }) => treatment.kind === 'method' && treatment.strength === null)
  if (isSelected) checkHarmless(loaded.study, splits.fit)
  const explored = isSelected ? await loadExplored(loaded.study, splits.select, suites, loader) : []
  const counts = countAnswers(loaded.study, { ...splits, suites, explored, conditions })
  return {
    // The model goes into the hash of a run by its fingerprint, not by where it lies.
    hash: hashOf({
      study: { ...loaded.study, model: null },
      splits,
      suites,
      explored,
      vectors: await digestsOf(loaded),
    }),
    study: loaded.study,
    folder: loaded.folder,
    deviations: loaded.base === undefined ? null : deviationsFrom(loaded.base, loaded.study),
    model: modelFrom(loaded),
    ...splits,
    suites,
    explored,
    conditions,
    counts,
    answers: counts.reduce((sum, count) => sum + count.rows, 0),
    outlook: suites.filter(suite => !suite.extra).map(suite => outlookOf(suite, loaded.study)),
    dropped: loader.dropped,
    notes: loader.notes,
  }
}

/** @throws PlimsollError `invalid-input` for a rule that needs harmless text, and none there */
export function checkHarmless({ select: { rule } }: Study, { positive }: FitRows): void {
  if (!usesBudget(rule) || positive.length > 0) return
  throw new PlimsollError('invalid-input', `The rule ${rule} has no harmless text to measure a divergence on`, {
    found: 'no row under fit.positive',
    expected: 'harmless prompts there, such as english/harmless/fit',
    fix: 'Name some, or select by target-minus-control.',
  })
}

/** @throws PlimsollError `invalid-input` for judges beside the rules that no answer of the study would be shown to */
function checkGraded({ judge }: Study, suites: readonly Suite[]): void {
  const beside = [judge].flat().filter(one => one !== 'rules')
  if (beside.length === 0 || suites.some(({ want, harmful }) => harmful || want === 'refused' || want === 'complied'))
    return
  throw new PlimsollError('invalid-input', 'No answer of this study is one that its judges grade', {
    found: `${beside.length} ${beside.length === 1 ? 'judge' : 'judges'} beside the rules, and no suite about refusals`,
    expected: 'answers that refuse or comply',
    fix: 'Leave `judge` out: other answers are judged by the names in them, or by a check of their suite.',
  })
}

function isLoaded(study: string | StudyFile | LoadedStudy): study is LoadedStudy {
  return typeof study === 'object' && 'folder' in study
}

function modulesOf({ study, folder }: LoadedStudy): string[] {
  return study.conditions.flatMap(condition =>
    'method' in condition && !isFitMethod(condition.method) ? [pathFrom(folder, condition.method)] : [],
  )
}

function autoencodersOf({ study, folder }: LoadedStudy): string[] {
  return study.conditions.flatMap(condition =>
    'method' in condition && isFitMethod(condition.method)
      ? (autoencoderOf(folder, condition.parameters ?? {}) ?? [])
      : [],
  )
}

/** What is in the files that a study names: a vector, method or autoencoder that was replaced makes another run. */
async function digestsOf(loaded: LoadedStudy): Promise<(string | null)[]> {
  const { study, folder } = loaded
  const vectors = study.conditions.flatMap(condition =>
    'vector' in condition ? [pathFrom(folder, condition.vector)] : [],
  )
  return Promise.all([...vectors, ...modulesOf(loaded), ...autoencodersOf(loaded)].map(digestOf))
}
