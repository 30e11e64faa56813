import { existsSync, statSync } from 'node:fs'
import type { Command } from '@commander-js/extra-typings'
import { openStore } from '../store/index.ts'
import { count } from '../study/report/format.ts'
import { verdicts } from '../study/report/words.ts'
import { type RunStatus, statusOf } from '../study/status.ts'
import { examples, globalsOf, outputOf } from './common.ts'
import type { Output } from './terminal/output.ts'
import { defaultStore, when } from './terminal/study.ts'

export function statusCommand(program: Command): void {
  program
    .command('status')
    .summary('Studies in the store, their progress and verdicts')
    .description('List every run in the store: how far it is, whether it is running now, and what it concluded.')
    .addHelpText('after', examples('plimsoll status', 'plimsoll status --json --store results/store.db'))
    .action(async (_options, command) => {
      const output = outputOf(command)
      const file = globalsOf(command).store ?? defaultStore
      const bytes = sizeOf(file)
      const runs = bytes === null ? [] : await runsIn(file)
      if (output.json) return output.printJson({ store: file, bytes: bytes ?? 0, runs })
      if (runs.length === 0) {
        output.print(`There is no study in ${file}.`)
        output.print('Run one: plimsoll demo, or plimsoll run STUDY (a .yaml file or a built-in name).')
        return
      }
      output.print(`${file}, ${megabytes(bytes ?? 0)}, ${runs.length === 1 ? '1 run' : `${runs.length} runs`}\n`)
      output.print(runs.map(run => lines(run, output)).join('\n\n'))
    })
}

async function runsIn(file: string): Promise<RunStatus[]> {
  await using store = await openStore(file)
  return await statusOf(store)
}

/** With what is still in the write-ahead log; null where there is no store. */
function sizeOf(file: string): number | null {
  if (!existsSync(file)) return null
  return [file, `${file}-wal`].reduce((sum, part) => sum + (statSync(part, { throwIfNoEntry: false })?.size ?? 0), 0)
}

function lines(run: RunStatus, output: Output): string {
  const { study, model, state, since, chunks, answers, minutesLeft } = run
  const of = answers.of === null ? '' : ` of ${count(answers.of)}`
  const progress = `${count(chunks.done)} chunks, ${count(answers.done)}${state === 'finished' ? '' : of} answers and scores`
  const title = `${study} on ${model ?? 'an unknown model'}  (run ${run.run.slice(0, 8)})`
  const told = {
    finished: () => `finished ${when(since)}, ${progress}`,
    running: () => {
      const left = minutesLeft === null ? '' : `, about ${minutesLeft} min left`
      return `running since ${when(since)}: ${count(chunks.done)} of at least ${count(chunks.of)} chunks,\n    ${count(answers.done)}${of} answers and scores${left}`
    },
    interrupted: () =>
      `interrupted, last heard of ${when(since)}: ${count(chunks.done)} of at least ${count(chunks.of)} chunks,\n    ${count(answers.done)}${of} answers and scores. Go on with: plimsoll resume ${run.run.slice(0, 8)}`,
  }[state]()
  return [
    `  ${markOf(run, output)} ${output.style('bold', title)}`,
    `    ${told}`,
    ...run.verdicts.map(({ condition, verdict }) => `    ${condition}: ${verdicts[verdict].word}`),
  ].join('\n')
}

function markOf({ state }: RunStatus, { unicode }: Output): string {
  const marks = unicode
    ? { finished: '●', running: '►', interrupted: '○' }
    : { finished: '*', running: '>', interrupted: 'o' }
  return marks[state]
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
