/** What `plimsoll` alone prints: where to begin, and the latest verdict. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../store/index.ts'
import { readResult } from '../study/stored-result.ts'
import { toolVersion } from '../version.ts'
import type { Output } from './terminal/output.ts'
import { defaultStore, resultsFolder, showVerdict, when } from './terminal/study.ts'

export async function showStart(output: Output, storeFile: string = defaultStore): Promise<void> {
  output.print(
    [
      `Plimsoll ${toolVersion}: steer language models, and know the line.`,
      '',
      'Start here',
      '  plimsoll demo                   Steer a tiny built-in model, get a verdict',
      '  plimsoll run overrefusal-quick  A quick look at a real model',
      '  plimsoll run STUDY --plan       What a study would do, and for how long',
      '  plimsoll generate PROMPT        One prompt, baseline beside steered',
      '  plimsoll --help                 Every command',
    ].join('\n'),
  )
  const latest = await latestRun(storeFile)
  if (output.json) return output.printJson({ version: toolVersion, latest: latest?.result ?? null })
  if (latest === null) return
  const { result, finished } = latest
  output.print(`\nLatest: ${result.study} on ${result.model.name}, ${when(finished)}`)
  showVerdict(result, output)
  const page = join(resultsFolder, result.study, 'report.html')
  output.print(existsSync(page) ? `Report  ${page}` : `Report  plimsoll report ${result.study}`)
}

async function latestRun(storeFile: string) {
  if (!existsSync(storeFile)) return null
  await using store = await openStore(storeFile)
  // Newest first by when they began; what counts here is which ended last.
  const [latest] = (await store.runs())
    .flatMap(({ finished, result }) => (finished === null ? [] : [{ finished, result }]))
    .toSorted((a, b) => b.finished.localeCompare(a.finished))
  return latest === undefined ? null : { finished: latest.finished, result: readResult(latest.result) }
}
