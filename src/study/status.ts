/** What a store holds: every run, how far it is, and what it concluded. */
import type { RunRow, Store } from '../store/index.ts'
import { sortedConditions } from './report/words.ts'
import type { Role, StudyResult, Verdict } from './result.ts'
import { isAlive } from './session.ts'
import { readResult } from './stored-result.ts'

export interface RunStatus {
  readonly study: string
  readonly run: string
  readonly model: string | null
  readonly state: 'finished' | 'running' | 'interrupted'
  readonly started: string
  /** Finished at, running since, or last heard of at. */
  readonly since: string
  /** Chunks done, of those known to be needed so far: a run learns its later ones when it comes to them. */
  readonly chunks: Readonly<{ done: number; of: number }>
  /** Answers and scores there are, of those planned; null for a run of a version that did not keep the plan's number. */
  readonly answers: Readonly<{ done: number; of: number | null }>
  /** While it runs, at the pace of this session; null where that is not known yet. */
  readonly minutesLeft: number | null
  /** Of its methods, when finished; the best first. */
  readonly verdicts: readonly ConditionVerdict[]
  /** Of what its methods are held against, such as a system prompt. */
  readonly references: readonly ConditionVerdict[]
}

export interface ConditionVerdict {
  readonly condition: string
  readonly verdict: Verdict
}

/** Newest first. */
export async function statusOf(store: Store, now: number = Date.now()): Promise<RunStatus[]> {
  const all: RunStatus[] = []
  for (const run of await store.runs()) all.push(await runStatus(store, run, now))
  return all
}

export async function runStatus(store: Store, run: RunRow, now: number = Date.now()): Promise<RunStatus> {
  const sessions = await store.sessions(run.hash)
  const [latest] = sessions
  const alive = sessions.find(session => isAlive(session, now))
  const { chunks, done, answers, recent } = await store.progress(run.hash, alive?.began)
  // A finished run that is asked for again works through its store for a moment; it stays finished.
  const state = run.finished !== null ? 'finished' : alive !== undefined ? 'running' : 'interrupted'
  const planned = latest?.planned ?? null
  const seconds = alive === undefined ? 0 : (now - Date.parse(alive.began)) / 1000
  const left = planned !== null && state === 'running' ? secondsLeft(planned - answers, recent, seconds) : null
  const result = run.result === null ? null : readable(run.result)
  return {
    study: run.study,
    run: run.hash,
    model: modelOf(run.engine),
    state,
    started: run.started,
    since: run.finished ?? alive?.began ?? latest?.seen ?? run.started,
    chunks: { done, of: chunks },
    // What a plan counts and no run keeps, such as rows that are only looked at for a contrast set, is over when it is.
    answers: {
      done: answers,
      of: state === 'finished' ? answers : planned === null ? null : Math.max(planned, answers),
    },
    minutesLeft: left === null ? null : Math.max(0, Math.ceil(left / 60)),
    verdicts: verdictsOf('method', result),
    references: verdictsOf('reference', result),
  }
}

/**
 * At the pace of this session, once it has made a twentieth of what it has to make: at first nearly all of its time went
 * into fits, which a pace of answers knows nothing of.
 */
function secondsLeft(left: number, made: number, seconds: number): number | null {
  return made >= 0.05 * (left + made) && made > 0 ? (left * seconds) / made : null
}

function verdictsOf(role: Role, result: StudyResult | null): ConditionVerdict[] {
  return sortedConditions(result?.conditions ?? [])
    .filter(condition => condition.role === role)
    .map(({ name, verdict }) => ({ condition: name, verdict }))
}

/** A result of another version is listed without its verdict. */
function readable(result: unknown): StudyResult | null {
  try {
    return readResult(result)
  } catch {
    return null
  }
}

function modelOf(engine: unknown): string | null {
  if (typeof engine !== 'object' || engine === null || !('model' in engine)) return null
  return typeof engine.model === 'string' ? engine.model : null
}
