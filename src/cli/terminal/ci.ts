/** What a run leaves for a CI system: test results, and the summary of the job. */
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Gate, GateKind } from '../../study/gate.ts'
import { junitXml } from '../../study/report/junit.ts'
import { jobSummary } from '../../study/report/summary.ts'
import type { StudyResult } from '../../study/result.ts'
import type { Output } from './output.ts'

export interface CiFiles {
  readonly junit?: string | undefined
  /** True: where GITHUB_STEP_SUMMARY says. */
  readonly summary?: string | true | undefined
}

/** A folder that cannot be made should not be found out after an hour. */
export async function prepareCi({ junit, summary }: CiFiles): Promise<void> {
  for (const file of [junit, summary]) if (typeof file === 'string') await mkdir(dirname(file), { recursive: true })
}

export async function writeCi(files: CiFiles, result: StudyResult, gate: Gate | null, output: Output): Promise<void> {
  const kind: GateKind = gate?.kind ?? 'within'
  if (files.junit !== undefined) await writeFile(files.junit, junitXml(result, kind))
  if (files.summary === undefined) return
  const text = jobSummary(result, gate)
  if (files.summary !== true) return writeFile(files.summary, text)
  const step = process.env.GITHUB_STEP_SUMMARY
  // Other steps of the job write to the same file.
  if (step) await appendFile(step, `${text}\n`)
  else output.note('  No summary was written: GITHUB_STEP_SUMMARY is not set. Name a file: --summary FILE')
}
