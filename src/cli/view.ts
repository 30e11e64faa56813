import type { Command } from '@commander-js/extra-typings'
import { builtPages } from '../serve/viewer/built.ts'
import { startViewer } from '../serve/viewer/start.ts'
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
      const pages = await builtPages(() => output.note('Building the viewer’s pages: once, some seconds.'))
      await using viewer = await startViewer({
        store: globalsOf(command).store ?? defaultStore,
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
