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
import type { Runs } from './runs.ts'
import type { RunState, Studies, StudyView } from './wire.ts'

export async function allRuns(store: Store | null, runner: StudyRunner | null): Promise<Omit<Studies, 'store'>> {
  const runs: RunState[] = []
  if (store !== null) {
    for (const status of await statusOf(store)) runs.push(stateOf(status, await workerAt(store, status)))
    const hashes = runs.map(({ run }) => run)
    await runner?.see(store, hashes)
  }
  return { runs, starts: runner && { model: runner.model, builtin: [...builtins], started: runner.started } }
}

const builtins = Object.keys(builtinStudies).map(name => ({ name, says: builtinSentences[name] ?? '' }))

async function workerAt(store: Store, { run, state }: RunStatus): Promise<number | null> {
  return state === 'running' ? workerOf(await store.sessions(run)) : null
}

function stateOf(status: RunStatus, worker: number | null): RunState {
  return { ...status, verdicts: [...status.verdicts], references: [...status.references], stops: worker !== null }
}

export async function studyView(runs: Runs, study: string, begins?: string): Promise<StudyView> {
  const { run, all } = await runs.ofStudy(study, begins)
  const status = await runStatus(runs.store, run)
  const { result, unreadable } = resultOf(run)
  const states = await Promise.all(all.map(one => (one === run ? status : runStatus(runs.store, one))))
  return {
    status: stateOf(status, await workerAt(runs.store, status)),
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
