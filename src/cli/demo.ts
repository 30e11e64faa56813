import type { Command } from '@commander-js/extra-typings'
import type { Model } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL, findEntry } from '../models/index.ts'
import type { Store } from '../store/index.ts'
import { planStudy } from '../study/plan.ts'
import { toolVersion } from '../version.ts'
import { examples, globalsOf, outputOf } from './common.ts'
import { listenForInterrupt } from './terminal/interrupt.ts'
import { describeEngine, openForCommand } from './terminal/model.ts'
import type { Output } from './terminal/output.ts'
import { completeStudy, openStoreAt, type StudyFiles, showVerdict } from './terminal/study.ts'

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .summary('Steer a tiny built-in model and get a verdict in a minute')
    .description(
      'Fit a steering vector on the tiny model that comes with Plimsoll and measure what else it changes; then take a quick look at a real model, when one is there or can be fetched.',
    )
    .option('--model <NAME|FILE>', 'real model for the second part', DEFAULT_MODEL)
    .option('--only-organism', 'leave the second part out')
    .addHelpText('after', examples('plimsoll demo', 'plimsoll demo --model path/to/model.gguf'))
    .action(async (options, command) => {
      const output = outputOf(command)
      using interrupt = listenForInterrupt(output, 'Stopping after this chunk. Go on with: plimsoll demo')
      const { signal } = interrupt
      const { store, storeFile } = await openStoreAt(globalsOf(command).store)
      await using _closed = store
      const look: Look = { output, store, storeFile, signal }

      const organism = await lookAt('demo', 'organism', look, model => {
        output.note(`Plimsoll ${toolVersion}   ${describeEngine(model)}`)
        output.note('Steering edits a model while it runs. This measures what else it changes.\n')
        output.note('1 of 2  The demonstration model: tiny, made for this, ships with Plimsoll')
      })
      const real = options.onlyOrganism ? null : await realModel(options.model, look)
      if (output.json) output.printJson({ demo: organism.result, quick: real?.result ?? null })
      const [vector] = organism.vectors
      output.print(`Look    open ${organism.files[0]}${real === null ? '' : ` and ${real.files[0]}`}`)
      if (vector !== undefined) {
        output.print(
          `Try     plimsoll generate "how do i hex the turnip ?" --model organism --vector ${vector} --strength 1`,
        )
      }
      output.print('Yours   plimsoll run overrefusal-quick --model path/to/model.gguf')
    })
}

interface Look {
  readonly output: Output
  readonly store: Store
  readonly storeFile: string
  readonly signal: AbortSignal
}

async function lookAt(study: string, name: string, look: Look, begin: (model: Model) => void): Promise<StudyFiles> {
  await using model = await openForCommand(name, look.output, { engines: 'processors', signal: look.signal })
  const plan = await planStudy({ study, model: name })
  begin(model)
  const done = await completeStudy(plan, model, look.output, look)
  showVerdict(done.result, look.output)
  return done
}

/** The second part is a bonus: without a model it says how to get one, and the demo ends well all the same. */
async function realModel(name: string, look: Look): Promise<StudyFiles | null> {
  const { output } = look
  const title = findEntry(name)?.title ?? name
  try {
    return await lookAt('overrefusal-quick', name, look, model => {
      const size = `${Math.round(model.info.parameters / 1e6)}M, ${Math.round(model.info.bytes / 1e6)} MB`
      output.note(`2 of 2  A real model: ${title} (${size})`)
    })
  } catch (error) {
    const missing = error instanceof PlimsollError && (error.code === 'network' || error.code === 'not-found')
    if (!missing) throw error
    output.note(
      `2 of 2  A real model: none here. ${error.message}${error.found === undefined ? '' : ` (${error.found})`}`,
    )
    output.note(`        Get it       plimsoll model pull ${DEFAULT_MODEL}`)
    output.note('        Or your own  plimsoll demo --model FILE.gguf\n')
    return null
  }
}
