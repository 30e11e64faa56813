import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import type { RunRow, Store } from '../store/index.ts'
import { folderOf } from '../study/folder.ts'
import { planStudy } from '../study/plan.ts'
import { runHash } from '../study/run.ts'
import { readPlan } from '../study/stored-result.ts'
import { examples, globalsOf, outputOf, wholeNumber } from './common.ts'
import { listenForInterrupt, thisCommand } from './terminal/interrupt.ts'
import { describeEngine, modelGiven, openForCommand } from './terminal/model.ts'
import { checkAgainst } from './terminal/plan.ts'
import { completeStudy, openStoreAt, showFiles, showVerdict, studyTitle } from './terminal/study.ts'

export function resumeCommand(program: Command): void {
  program
    .command('resume <RUN>')
    .summary('Go on with an interrupted run of the store')
    .description(
      'Go on with a run where it stopped, by what the store holds of it. RUN is how its hash begins, as `plimsoll status` says it.',
    )
    .option('--model <NAME|FILE>', 'where the model is now, if it was moved')
    .option('--engines <N>', 'engines that share the work (default: as many as fit the processors)', wholeNumber)
    .option('--threads <N>', 'threads of each engine (default: 1, or what the processors allow)', wholeNumber)
    .option('-o, --output <FOLDER>', 'where the report goes (default: plimsoll-results/<study>)')
    .addHelpText('after', examples('plimsoll resume 3f9a1c20', 'plimsoll resume 3f9a --model models/moved.gguf'))
    .action(async (begins, options, command) => {
      const output = outputOf(command)
      using interrupt = listenForInterrupt(output, `Stopping after this chunk. Go on with: ${thisCommand()}`)
      const { signal } = interrupt
      const { store, storeFile } = await openStoreAt(globalsOf(command).store)
      await using _closed = store
      const run = await runThatBegins(store, begins)
      const stored = readPlan(run.plan)
      const study = { ...stored, model: options.model === undefined ? stored.model : modelGiven(options.model) }
      const plan = await planStudy({ study, folder: await folderOf(store, run.hash) })
      const engine = { engines: options.engines ?? ('processors' as const), threads: options.threads, signal }
      await using opened = await openForCommand(plan.model, output, engine)
      await checkAgainst(opened, plan)
      if (runHash(plan, opened) !== run.hash) throw another(run, plan.folder)
      output.note(`${studyTitle(plan, opened)}\n${describeEngine(opened)}\n`)
      const done = await completeStudy(plan, opened, output, { store, storeFile, signal, folder: options.output })
      if (output.json) return output.printJson(done.result)
      showVerdict(done.result, output)
      showFiles(done.files, output)
    })
}

async function runThatBegins(store: Store, begins: string): Promise<RunRow> {
  const found = (await store.runs()).filter(({ hash }) => hash.startsWith(begins))
  const [run] = found
  if (run !== undefined && found.length === 1) return run
  throw new PlimsollError('not-found', `The store has ${found.length === 0 ? 'no run' : 'several runs'} of this name`, {
    found: found.length === 0 ? begins : found.map(({ hash, study }) => `${hash.slice(0, 12)} (${study})`).join(', '),
    expected: 'how the hash of one run begins',
    fix: 'See them with: plimsoll status',
  })
}

/** The work would be another run's, and start at its beginning. */
function another({ hash, study }: RunRow, folder: string): PlimsollError {
  return new PlimsollError('invalid-input', 'This would be another run', {
    found: `data, a vector, a method or the weights are not those of run ${hash.slice(0, 8)}`,
    expected: 'the files that it began with',
    where: folder,
    fix: `Give the command that began ${study} again, in the folder where it was given.`,
  })
}
