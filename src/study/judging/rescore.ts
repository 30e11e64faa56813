/** Scores the kept answers of a finished run again: nothing is generated, and the rules need no model. */

import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import type { JudgedRecord, RunRow, Store } from '../../store/index.ts'
import { toolVersion } from '../../version.ts'
import { onlyAsked, readAsked } from '../asked.ts'
import { conclude } from '../conclude.ts'
import { labelsOf } from '../labels.ts'
import type { Plan } from '../plan.ts'
import type { StudyResult } from '../result.ts'
import { readResult } from '../stored-result.ts'
import { JUDGE, judgementOf, judgementsByPosition } from '../work.ts'
import { gradeAnswers } from './grade.ts'
import type { NamedGrader } from './graders.ts'
import { isDrawn } from './labelled.ts'
import { judgeReport } from './report.ts'
import { stopWhenAsked } from './stop.ts'
import { storedAnswers } from './stored.ts'

export interface RescoreOptions extends RunOptions {
  /** Judges beside the rules; grades that are kept are not made again. Those that graded before stay in the report. */
  readonly graders?: readonly NamedGrader[] | undefined
}

export interface Rescored {
  readonly result: StudyResult
  /** Chunks these rules judged in this call, of all there are; the rest they had judged before. */
  readonly judged: Readonly<{ chunks: number; of: number }>
  /** Answers whose class differs from the one of the judge before; null where no other has judged. */
  readonly changed: Readonly<{ answers: number; of: number; before: string }> | null
}

const noOpenings = { tokens: [], texts: [], note: 'not measured by the version that ran this study' }

/**
 * Chunk by chunk, so that a pass that was stopped goes on where it was. What an earlier judge said stays. Layer and
 * strength stay as they were chosen.
 * @throws PlimsollError `cancelled`, `not-found` for a run that is not finished
 */
export async function rescore(
  store: Store,
  run: RunRow,
  planned: Plan,
  options: RescoreOptions = {},
): Promise<Rescored> {
  const plan = { ...planned, suites: onlyAsked(planned.suites, await readAsked(store, run.hash)) }
  const old = readResult(run.result)
  const uses = (await store.chunks(run.hash)).filter(use => use.stage === 'measure')
  const missing = uses.filter(use => use.state !== 'done').length
  if (missing > 0)
    throw new PlimsollError('not-found', 'Answers of this run are missing from the store', {
      found: `${missing} of ${uses.length} chunks without answers`,
      fix: 'Run the study again: it makes what is missing.',
    })
  const keys = [...new Set(uses.map(use => use.chunk))]
  const suiteOf = new Map(uses.map(use => [use.chunk, use.suite]))
  const itemsOf = new Map(plan.suites.map(({ name, items }) => [name, new Map(items.map(item => [item.sample, item]))]))
  const before = old.judge?.rules ?? null
  let [judged, changed, told] = [0, 0, 0]
  for (const [i, key] of keys.entries()) {
    stopWhenAsked(options.signal)
    const items = itemsOf.get(suiteOf.get(key) ?? '')
    const now = ((await store.chunk(key, JUDGE)) ?? []).map(record => {
      return { record, judgement: judgementOf(record, items?.get(record.sample)) }
    })
    if (now.some(({ record, judgement }) => judgement !== null && record.judgement === null)) {
      const judgements = now.map(({ record: { position }, judgement }) => ({ position, judgement }))
      await store.saveJudgements(key, JUDGE, judgementsByPosition(judgements))
      judged += 1
    }
    if (before !== null && before !== JUDGE) {
      const then = (await store.chunk(key, before)) ?? []
      const pairs = now.map(({ judgement }, at) => [classOf(then[at]), judgement?.class] as const)
      told += pairs.filter(([was]) => was !== undefined).length
      changed += pairs.filter(([was, is]) => was !== undefined && was !== is).length
    }
    options.onProgress?.({ stage: 'score', done: i + 1, total: keys.length })
  }
  const { graders = [] } = options
  await gradeAnswers(store, run.hash, plan, graders, options)
  const openings = old.judge?.openings ?? noOpenings
  const measured = await storedAnswers(store, run, plan, openings.tokens)
  const { conditions, refits, checks } = await conclude(plan, [...old.conditions, ...(old.refits ?? [])], measured)
  const earlier = (old.judge?.graders ?? []).filter(({ name }) => graders.every(one => one.name !== name))
  const labels = (await store.labels(run.hash)).filter(isDrawn)
  const result: StudyResult = {
    ...old,
    tool: `plimsoll ${toolVersion}`,
    labels: [...labelsOf(plan.study, old.model), ...checks.notes, ...(old.warnings ?? [])],
    conditions,
    refits,
    judge: await judgeReport(store, {
      suites: plan.suites,
      seed: plan.study.seed,
      conditions,
      measured,
      openings,
      labels,
      graders: [...earlier, ...graders],
    }),
  }
  await store.finishRun(run.hash, run.finished ?? old.time.finished, result)
  return {
    result,
    judged: { chunks: judged, of: keys.length },
    changed: told === 0 || before === null ? null : { answers: changed, of: told, before },
  }
}

function classOf(record: JudgedRecord | undefined) {
  return record?.judgement?.class
}
