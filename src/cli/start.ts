/** What `plimsoll` alone prints: where to begin, and the latest verdict. */
import { existsSync } from 'node:fs'
import { openStore } from '../store/index.ts'
import { readResult } from '../study/stored-result.ts'
import type { Output } from './terminal/output.ts'
import { defaultStore, showVerdict } from './terminal/study.ts'

export async function showStart(output: Output, storeFile: string = defaultStore): Promise<void> {
  output.print(
    [
      'Plimsoll: steer language models, and know the line.',
      '',
      'Start here',
      '  plimsoll demo                        steer a tiny built-in model and get a verdict in a minute',
      '  plimsoll run overrefusal-quick       a quick look at a real model',
      '  plimsoll run STUDY --plan            what a study would do, and for how long',
      '  plimsoll generate PROMPT             one prompt, baseline beside steered',
      '  plimsoll --help                      every command',
    ].join('\n'),
  )
  if (!existsSync(storeFile)) return
  await using store = await openStore(storeFile)
  const latest = (await store.runs()).find(run => run.finished !== null)
  if (latest === undefined) return
  output.print(`\nLatest: ${latest.study}, ${latest.finished?.slice(0, 16).replace('T', ' ')}`)
  showVerdict(readResult(latest.result), output)
}
