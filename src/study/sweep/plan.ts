/** What a sweep asks on: the select split of a study, kept apart from its test rows as the study keeps it. */
import type { Dropped } from '../../data/index.ts'
import { builtinStudies } from '../builtin.ts'
import { checkStudy, loadStudy } from '../config.ts'
import { loadExplored } from '../explored-suites.ts'
import { checkHarmless } from '../plan.ts'
import { Loader } from '../rows.ts'
import type { Study, StudyFile } from '../schema.ts'
import type { SelectPlan } from '../select.ts'
import { loadSplits } from '../splits.ts'
import { loadSuites } from '../suites.ts'

export interface SweepSource {
  /**
   * Whose select split and harmless prompts are asked: a built-in name or the path of a study file.
   * @default 'overrefusal-english', which needs no other data; 'demo' for the teaching model, which knows no English
   */
  readonly study?: string | undefined
  /** What is to be other than in the study: layers, strengths, rule, klBudget, explore and the rest. */
  readonly select?: StudyFile['select']
  /** System prompt under which everything is asked. */
  readonly system?: string | undefined
  readonly seed?: number | undefined
  /** Where published data sets are. Default: `PLIMSOLL_DATA`, else a folder of the user's cache. */
  readonly dataDir?: string | undefined
}

export interface SweepPlan extends SelectPlan {
  readonly dropped: readonly Dropped[]
}

/** @throws PlimsollError `invalid-input`, `not-found`, `data-invalid` */
export async function planSweep(source: SweepSource, model: string): Promise<SweepPlan> {
  const { study: name = defaultStudy(model), select, system, seed, dataDir } = source
  const over = { model, ...(system !== undefined && { system }), ...(seed !== undefined && { seed }) }
  const loaded = loadStudy(name, over)
  const given = checkStudy({ ...(select !== undefined && { select }) }, 'the sweep').select ?? {}
  const study: Study = { ...loaded.study, select: { ...loaded.study.select, ...withoutUndefined(given) } }
  const loader = new Loader({ folder: loaded.folder, dataDir })
  const suites = await loadSuites(study, loader)
  const splits = await loadSplits(study, suites, loader)
  checkHarmless(study, splits.fit)
  const explored = await loadExplored(study, splits.select, suites, loader)
  return { study, ...splits, explored, dropped: loader.dropped }
}

function defaultStudy(model: string): string {
  return model === builtinStudies.demo?.model ? 'demo' : 'overrefusal-english'
}

type Given = NonNullable<ReturnType<typeof checkStudy>['select']>

function withoutUndefined(given: Given): { [K in keyof Given]: Exclude<Given[K], undefined> } {
  const told = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(told)
}
