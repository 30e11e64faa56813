/** What `run` and `demo` share: plan, run with progress, verdict, report. */
import { mkdir } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { Model } from '../../engine/types.ts'
import { isComputed } from '../../progress.ts'
import { saveVector } from '../../steer/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { builtinStudies } from '../../study/builtin.ts'
import { estimate } from '../../study/estimate.ts'
import type { Plan } from '../../study/plan.ts'
import { duration } from '../../study/report/format.ts'
import { renderVerdict } from '../../study/report/terminal.ts'
import { writeReport } from '../../study/report/write.ts'
import type { StudyResult } from '../../study/result.ts'
import { runHash, runStudy } from '../../study/run.ts'
import { samplesOf } from '../../study/samples.ts'
import { workerOf } from '../../study/session.ts'
import type { Output } from './output.ts'
import { createStatusLine } from './progress.ts'
import { StageTimes } from './stage-times.ts'

export const defaultStore = '.plimsoll/store.db'
export const resultsFolder = 'plimsoll-results'

export interface StudyFiles {
  readonly result: StudyResult
  readonly folder: string
  /** report.html first. */
  readonly files: readonly string[]
  readonly vectors: readonly string[]
}

/** A study smaller than this is over before its estimate is. */
const worthAnEstimate = 2000

/** Runs a study to its end and writes its report and vectors. */
export async function completeStudy(
  plan: Plan,
  model: Model,
  output: Output,
  options: {
    readonly store: Store
    readonly storeFile: string
    readonly signal: AbortSignal
    readonly folder?: string | undefined
  },
): Promise<StudyFiles> {
  const { store, storeFile, signal } = options
  // Before the work: a folder that cannot be written should not be found out after an hour.
  const folder = options.folder ?? join(resultsFolder, plan.study.name)
  await mkdir(folder, { recursive: true })
  const before = await store.run(runHash(plan, model))
  const other = workerOf(await store.sessions(runHash(plan, model)))
  if (other !== null)
    output.note(
      `  Process ${other} works on this run, too: both make the same answers, and neither waits for the other.`,
    )
  using status = createStatusLine(output)
  if (before === null && plan.answers >= worthAnEstimate) {
    const { seconds, tokensPerSecond } = await estimate(model, plan, { signal, onProgress: status.onProgress })
    status.clear()
    const answers = plan.answers.toLocaleString('en')
    const rate = `${Math.round(tokensPerSecond)} tokens/s measured`
    output.note(`  ${answers} answers and scores to make, about ${duration(seconds)} here (${rate})`)
  }
  const stages = new StageTimes(plan, text => status.done(text))
  const { result, reused, vectors } = await runStudy(plan, {
    model,
    store,
    signal,
    onProgress(event) {
      stages.see(event)
      // What comes from the store is there at once.
      if (isComputed(event)) status.onProgress(event)
    },
  })
  status.clear()
  if (before?.finished && reused.chunks === reused.of) {
    output.note(`  Nothing to do: finished ${when(before.finished)}, all ${reused.of} chunks are in ${storeFile}`)
  } else {
    stages.end()
    if (reused.chunks > 0) output.note(`  reused ${reused.chunks} of ${reused.of} chunks from ${storeFile}`)
  }
  const files = await writeReport(result, samplesOf(store, result.run, plan), folder, { store: storeFile })
  const saved: string[] = []
  for (const { condition, vector } of vectors) {
    const file = join(folder, `${condition}.safetensors`)
    await saveVector(vector, file)
    saved.push(file)
  }
  return { result, folder, files, vectors: saved }
}

export function showVerdict(result: StudyResult, output: Output): void {
  const { color, unicode, verbose } = output
  output.print(`\n${renderVerdict(result, { color, unicode, verbose })}`)
}

/** `Report  plimsoll-results/demo/report.html   (and .md, .json)` */
export function showFiles(files: readonly string[], output: Output): void {
  const [page, ...others] = files
  if (page === undefined) return
  // Those beside it by their ending; what lies in folders by the folder.
  const forms = [
    ...new Set(others.map(file => (dirname(file) === dirname(page) ? extname(file) : `${basename(dirname(file))}/`))),
  ].join(', ')
  output.print(`Report  ${page}${forms === '' ? '' : `   (and ${forms})`}`)
}

/** An instant as `2026-11-23 21:42 UTC`. */
export function when(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`
}

export async function openStoreAt(file: string | undefined): Promise<{ store: Store; storeFile: string }> {
  const storeFile = file ?? defaultStore
  return { store: await openStore(storeFile), storeFile }
}

/** `The demonstration model: organism`, and which study it is where that is none of the built-in ones. */
export function studyTitle({ study: { title, name } }: Plan, model: Model): string {
  const own = Object.hasOwn(builtinStudies, name) ? '' : `, study ${name}`
  return `${title}: ${model.info.name}${own}`
}
