import { existsSync } from 'node:fs'
import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import { builtPages } from '../serve/viewer/built.ts'
import { startViewer } from '../serve/viewer/start.ts'
import { openStore, type RunRow } from '../store/index.ts'
import { suggest } from '../suggest.ts'
import { examples, globalsOf, outputOf, portNumber } from './common.ts'
import { reportFailure } from './terminal/failure.ts'
import { listenForInterrupt } from './terminal/interrupt.ts'
import { defaultStore } from './terminal/study.ts'

export function viewCommand(program: Command): void {
  program
    .command('view [STUDY]')
    .summary('Look at results in the browser')
    .description(
      'Show studies, their verdicts and every answer in the browser, from the store: no model is needed. Studies that are running are shown as they go on. Only this machine can look. Nothing is changed but labels that you give.',
    )
    .option('--port <N>', 'port to listen at; 0: any that is free', portNumber, 7070)
    .addHelpText('after', examples('plimsoll view', 'plimsoll view demo --port 9000 --store results/store.db'))
    .action(async (study, options, command) => {
      const output = outputOf(command)
      using interrupt = listenForInterrupt(output, 'Stopping.')
      const store = globalsOf(command).store ?? defaultStore
      if (study !== undefined) await checkStudy(study, store)
      const pages = await builtPages(() => output.note('Building the viewer’s pages: once, some seconds.'))
      await using viewer = await startViewer({
        store,
        pages,
        port: options.port,
        onError: error => void reportFailure(error, { ...output, json: false }),
      })
      const url = study === undefined ? viewer.url : `${viewer.url}/studies/${encodeURIComponent(study)}`
      if (output.json) output.printJson({ url })
      else output.print(`Look   ${url}\nStop   Ctrl-C`)
      const { signal } = interrupt
      if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
    })
}

/** @throws PlimsollError `not-found` where the store has no run of it, finished or not */
async function checkStudy(study: string, file: string): Promise<void> {
  const runs = existsSync(file) ? await runsOf(file) : []
  const known = [...new Set(runs.map(run => run.study))]
  if (known.includes(study)) return
  const near = suggest(study, known)
  throw new PlimsollError('not-found', `There is no run of ${study} in this store`, {
    found: known.length === 0 ? 'none of any study' : `runs of ${known.join(', ')}`,
    where: file,
    fix: near === undefined ? 'Name one of these, or none to see all.' : `Did you mean ${near}?`,
  })
}

async function runsOf(file: string): Promise<RunRow[]> {
  await using store = await openStore(file)
  return await store.runs()
}
