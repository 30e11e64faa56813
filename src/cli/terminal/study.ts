/** What `run` and `demo` share: plan, run with progress, verdict, report. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Model } from '../../engine/types.ts'
import type { Progress } from '../../progress.ts'
import { saveVector } from '../../steer/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import type { Plan } from '../../study/plan.ts'
import { renderVerdict } from '../../study/report/terminal.ts'
import { writeReport } from '../../study/report/write.ts'
import type { StudyResult } from '../../study/result.ts'
import { runStudy } from '../../study/run.ts'
import { samplesOf } from '../../study/samples.ts'
import type { Output } from './output.ts'
import { createStatusLine } from './progress.ts'

export const defaultStore = '.plimsoll/store.db'
export const resultsFolder = 'plimsoll-results'

export interface StudyFiles {
  readonly result: StudyResult
  readonly folder: string
  readonly files: readonly string[]
  readonly vectors: readonly string[]
}

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
  const status = createStatusLine(output)
  const stages = new StageTimes(text => status.done(text))
  const { result, reused, vectors } = await runStudy(plan, {
    model,
    store,
    signal,
    onProgress(event) {
      stages.see(event)
      status.onProgress(event)
    },
  })
  status.clear()
  stages.end()
  if (reused.chunks > 0) output.note(`  reused ${reused.chunks} of ${reused.of} chunks from ${storeFile}`)
  const folder = options.folder ?? join(resultsFolder, plan.study.name)
  const files = await writeReport(result, samplesOf(store, result.run, plan), folder, { store: storeFile })
  await mkdir(folder, { recursive: true })
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

export async function openStoreAt(file: string | undefined): Promise<{ store: Store; storeFile: string }> {
  const storeFile = file ?? defaultStore
  await mkdir(dirname(storeFile), { recursive: true })
  return { store: await openStore(storeFile), storeFile }
}

/** Says of each stage, when the next begins, what it did and how long it took. */
class StageTimes {
  readonly #say: (text: string) => void
  #stage: { name: string; began: number; done: number } | null = null

  constructor(say: (text: string) => void) {
    this.#say = say
  }

  see({ stage, done }: Progress): void {
    if (this.#stage?.name !== stage) {
      this.end()
      this.#stage = { name: stage, began: performance.now(), done }
    } else this.#stage.done = done
  }

  end(): void {
    if (this.#stage === null) return
    const { name, began, done } = this.#stage
    const seconds = (performance.now() - began) / 1000
    const time = seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`
    this.#say(`${name.padEnd(8)} ${done.toLocaleString('en')} answers and scores`.padEnd(52) + time.padStart(10))
    this.#stage = null
  }
}
