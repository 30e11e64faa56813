/** The studies of a store, and one of them with its result. */
import type { RunRow, Store } from '../../store/index.ts'
import { builtinSentences, builtinStudies } from '../../study/builtin.ts'
import { factsOf } from '../../study/report/facts.ts'
import { bibtex, methodsText } from '../../study/report/methods-text.ts'
import { axes, sortedConditions } from '../../study/report/words.ts'
import type { StudyResult } from '../../study/result.ts'
import { workerOf } from '../../study/session.ts'
import { type RunStatus, runStatus, statusOf } from '../../study/status.ts'
import { readResult } from '../../study/stored-result.ts'
import type { StudyRunner } from '../studies/runner.ts'
import type { Stopper } from '../studies/stopper.ts'
import type { Runs } from './runs.ts'
import type { RunState, Studies, StudyView } from './wire.ts'

export async function allRuns(
  store: Store | null,
  runner: StudyRunner | null,
  stopper: Stopper,
): Promise<Omit<Studies, 'store'>> {
  const runs: RunState[] = []
  if (store !== null) {
    const all = await statusOf(store)
    const hashes = all.map(({ run }) => run)
    await runner?.see(store, hashes)
    for (const status of all) runs.push(await stateOf(store, status, stopper))
  }
  return { runs, starts: runner && { model: runner.model, builtin: [...builtins], started: runner.started } }
}

const builtins = Object.keys(builtinStudies).map(name => ({ name, says: builtinSentences[name] ?? '' }))

async function stateOf(store: Store, status: RunStatus, stopper: Stopper): Promise<RunState> {
  const { run, state, verdicts, references } = status
  const worker = state === 'running' ? workerOf(await store.sessions(run)) : null
  return {
    ...status,
    verdicts: [...verdicts],
    references: [...references],
    stops: worker !== null,
    stopping: stopper.isStopping(run, worker),
  }
}

export async function studyView(runs: Runs, stopper: Stopper, study: string, begins?: string): Promise<StudyView> {
  const { run, all } = await runs.ofStudy(study, begins)
  const status = await runStatus(runs.store, run)
  const { result, unreadable } = resultOf(run)
  const states = await Promise.all(all.map(one => (one === run ? status : runStatus(runs.store, one))))
  return {
    status: await stateOf(runs.store, status, stopper),
    result,
    about: result === null ? null : aboutOf(result),
    unreadable,
    conditions: result === null ? await answered(runs.store, run.hash) : conditionsOf(result),
    runs: states.map(({ run: hash, started, state }) => ({ run: hash, started, state })),
  }
}

function aboutOf(result: StudyResult): StudyView['about'] {
  return {
    facts: factsOf(result).map(([name, value]) => [name, value]),
    methods: [...methodsText(result)],
    bibtex: bibtex(result),
  }
}

function resultOf({ result }: RunRow): Pick<StudyView, 'result' | 'unreadable'> {
  if (result === null) return { result: null, unreadable: null }
  try {
    return { result: readResult(result), unreadable: null }
  } catch (error) {
    return { result: null, unreadable: error instanceof Error ? error.message : String(error) }
  }
}

/** Methods first. */
function conditionsOf({ conditions }: StudyResult): string[] {
  return sortedConditions(conditions)
    .filter(({ role, axes: of }) => role !== 'baseline' && axes.some(axis => of[axis].suites.length > 0))
    .map(({ name }) => name)
}

async function answered(store: Store, run: string): Promise<string[]> {
  const uses = (await store.chunks(run)).filter(({ stage, state }) => stage === 'measure' && state === 'done')
  return [...new Set(uses.map(({ condition }) => condition))].filter(name => name !== 'baseline')
}
