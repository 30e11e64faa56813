/** Runs a planned study to its end, or on from where it stopped. */
import { basename } from 'node:path'
import type { PromptRow } from '../data/index.ts'
import type { Model } from '../engine/types.ts'
import type { RunOptions } from '../progress.ts'
import { type FittedVector, provenance, type Vector } from '../steer/index.ts'
import type { Store } from '../store/index.ts'
import { toolVersion } from '../version.ts'
import type { FoundAblation } from './ablation/index.ts'
import type { ActiveCondition } from './active.ts'
import { checkAskable } from './askable.ts'
import { saveAsked } from './asked.ts'
import { chat } from './chat.ts'
import { conclude, described } from './conclude.ts'
import { methodTreatments, type Treatment } from './conditions.ts'
import { keepKnown } from './conflicts/knowledge.ts'
import { keptDeviations } from './deviations.ts'
import { type Fitted, recipeKey } from './fit/index.ts'
import { keepFolder } from './folder.ts'
import { hashOf } from './hash.ts'
import { isResult } from './is-result.ts'
import { gradeAnswers } from './judging/grade.ts'
import { namedGraders } from './judging/graders.ts'
import { isDrawn } from './judging/labelled.ts'
import { judgeReport } from './judging/report.ts'
import { labelsOf } from './labels.ts'
import { activationMap } from './map/index.ts'
import { measure } from './measure.ts'
import { withOwnAnswers } from './own-answers.ts'
import type { Plan } from './plan.ts'
import { prepare } from './prepare.ts'
import type { StudyResult } from './result.ts'
import { recordedVector, saveVectors } from './saved-vectors.ts'
import { holdSession, secondsWorked } from './session.ts'
import { Stages } from './stages.ts'
import { Work } from './work.ts'

export interface RunStudyOptions extends RunOptions {
  readonly model: Model
  readonly store: Store
  /** Vectors at hand, by what a condition's `vector` says; others are read from their files. */
  readonly vectors?: ReadonlyMap<string, FittedVector> | undefined
}

export interface StudyRun {
  readonly result: StudyResult
  /** Chunks found in the store, of all that were needed. */
  readonly reused: Readonly<{ chunks: number; of: number }>
  /** What each method fitted, ready to be saved. */
  readonly vectors: readonly Readonly<{ condition: string; vector: Vector }>[]
}

/** Names a run: its plan and the weights it runs on. */
export function runHash(plan: Plan, model: Pick<Model, 'info'>): string {
  return hashOf({ plan: plan.hash, model: model.info.fingerprint })
}

/**
 * Fits, selects, measures and concludes. What the store already holds is not made again, so a run that was interrupted
 * goes on at the chunk it stopped in; `signal` stops it after the chunk in hand.
 * @throws PlimsollError `cancelled` when stopped, and what the model or the store throws
 */
export async function runStudy(planned: Plan, options: RunStudyOptions): Promise<StudyRun> {
  const { model, store, signal, onProgress } = options
  // First of all: a key or a file that is missing is found before hours of work, not after them.
  const graders = await namedGraders(planned.study.judge, planned.folder)
  await checkAskable(model, planned)
  const hash = runHash(planned, model)
  const { started, result: earlier } = await store.startRun({
    hash,
    study: planned.study.name,
    plan: planned.study,
    engine: { model: model.info.name, fingerprint: model.info.fingerprint, ...model.info.engine },
    started: new Date().toISOString(),
  })
  // At once: a run that is interrupted is gone on with from what the store has of it.
  const deviations = await keptDeviations(store, hash, planned.deviations)
  await keepFolder(store, hash, planned.folder)
  await using _session = await holdSession(store, hash, planned.answers)
  const work = await Work.start({ model, store, run: hash, signal })
  const stages = new Stages(planned, work, onProgress)
  const { plan: known, knowledge } = await keepKnown(work, planned, stages.onRows)
  const plan = await withOwnAnswers(work, known, stages.onRows)
  stages.replan(plan)
  await saveAsked(store, hash, plan.suites)
  const { conditions, fitted, selections, ablations } = await prepare(work, plan, stages.onRows, options.vectors)
  const openings = fitted?.openings ?? {
    tokens: [],
    texts: [],
    note: plan.study.behaviour === 'faithfulness' ? '' : 'nothing was fitted, so no answer was read for openings',
  }
  const measured = await measure(work, plan, conditions, stages.onMeasured, openings.tokens)
  const map = await activationMap(work, plan, conditions)
  await gradeAnswers(store, hash, plan, graders, options)
  const { conditions: concluded, refits, checks } = await conclude(plan, conditions.map(described), measured)
  const labels = (await store.labels(hash)).filter(isDrawn)
  const warnings = [...ablations.values()].flatMap(({ warning }) => warning ?? [])
  const finished = new Date().toISOString()
  const { made, reused } = work.tally
  // Who only asks again for what is there has not worked on it.
  const time =
    made === 0 && isResult(earlier)
      ? earlier.time
      : { started, finished, seconds: secondsWorked(await store.sessions(hash), finished) }
  const { name, architecture, layers, width, quantisation, fingerprint, engine } = model.info
  const { release, cpu, threads, device } = engine
  const result: StudyResult = {
    schema: 1,
    tool: `plimsoll ${toolVersion}`,
    study: plan.study.name,
    title: plan.study.title,
    run: hash,
    labels: [...labelsOf(plan.study, model.info), ...checks.notes, ...warnings],
    warnings,
    model: { name, architecture, layers, width, quantisation, fingerprint, system: plan.study.system },
    engine: { release, cpu, threads, device },
    time,
    answers: (await store.progress(hash)).answers,
    margins: plan.study.margins,
    fit: fitted && {
      method: [...new Set(methodTreatments(plan.conditions).map(({ method }) => basename(method)))].join(', '),
      positive: fitted.positive.length,
      negative: fitted.negative.length,
      note: fitted.note,
    },
    selections,
    conditions: concluded,
    refits,
    map,
    judge: await judgeReport(store, {
      suites: plan.suites,
      seed: plan.study.seed,
      conditions: concluded,
      measured,
      openings,
      labels,
      graders,
    }),
    deviations,
    knowledge,
    dropped: plan.dropped,
    notes: plan.notes,
    plan: plan.study,
  }
  const vectors = conditions.flatMap(condition =>
    fittedVector(condition, { fitted, ablation: ablations.get(condition.name) }, plan, model),
  )
  await saveVectors(store, hash, [...vectors, ...conditions.flatMap(condition => givenVector(condition, plan))])
  await store.finishRun(hash, finished, result)
  return { result, reused: { chunks: reused, of: made + reused }, vectors }
}

function givenVector({ name, vector }: ActiveCondition, { conditions }: Plan) {
  if (vector === null || conditions.find(one => one.name === name)?.treatment.kind !== 'vector') return []
  const recorded = recordedVector(vector)
  return recorded === null ? [] : [{ condition: name, vector: recorded }]
}

function fittedVector(
  { name, layer, strength, vector }: ActiveCondition,
  found: Found,
  { conditions, study: { system, seed } }: Plan,
  model: Model,
) {
  const treatment = conditions.find(condition => condition.name === name)?.treatment
  const record = treatment && recordOf(treatment, found, system)
  if (record === undefined || vector === null) return []
  const { method, parameters, on } = record
  const told = { method: basename(method), parameters: { layer, strength, ...parameters }, system, seed }
  return [{ condition: name, vector: { ...vector, provenance: provenance(model, { ...told, ...on }) } }]
}

interface Found {
  readonly fitted: Fitted | null
  readonly ablation: FoundAblation | undefined
}

/** What a vector's record says of its method, and of what it was fitted on; undefined where nothing was fitted. */
function recordOf(treatment: Treatment, { fitted, ablation }: Found, system: string | null) {
  switch (treatment.kind) {
    case 'method': {
      const { method, parameters } = treatment
      const on = fitted?.on.get(recipeKey(treatment))
      return on && { method, parameters, on }
    }
    case 'ablate-refusal': {
      if (ablation === undefined) return undefined
      const { tokens } = treatment
      const { position, description: note } = ablation
      const prompts = (rows: readonly PromptRow[]) => rows.map(row => chat(row.prompt, system))
      return {
        method: 'ablation',
        parameters: { position, ...(tokens !== undefined && { tokens }) },
        on: { positive: prompts(ablation.positive), negative: prompts(ablation.negative), note },
      }
    }
  }
  return undefined
}
