import type { Command } from '@commander-js/extra-typings'
import type { Model } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL, findEntry, resolveModel } from '../models/index.ts'
import type { Store } from '../store/index.ts'
import { type Plan, planStudy } from '../study/plan.ts'
import { samplesOf } from '../study/samples.ts'
import { toolVersion } from '../version.ts'
import { examples, globalsOf, outputOf } from './common.ts'
import { listenForInterrupt, thisCommand } from './terminal/interrupt.ts'
import { describeEngine, openForCommand } from './terminal/model.ts'
import type { Output } from './terminal/output.ts'
import { completeStudy, openStoreAt, type StudyFiles, showVerdict } from './terminal/study.ts'

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .summary('Steer a tiny built-in model and get a verdict in a minute or two')
    .description(
      'Fit a steering vector on the tiny model that comes with Plimsoll and measure what else it changes; then take a quick look at a real model, when one is there or can be fetched.',
    )
    .option('--model <NAME|FILE>', `real model for the second part (default: ${DEFAULT_MODEL})`)
    .option('--only-organism', 'leave the second part out')
    .addHelpText('after', examples('plimsoll demo', 'plimsoll demo --model path/to/model.gguf'))
    .action(async (options, command) => {
      const output = outputOf(command)
      // A model that was asked for by name has to be there, or at least known.
      if (options.model !== undefined && !findEntry(options.model)) await resolveModel(options.model)
      using interrupt = listenForInterrupt(output, `Stopping after this chunk. Go on with: ${thisCommand()}`)
      const { signal } = interrupt
      const { store, storeFile } = await openStoreAt(globalsOf(command).store)
      await using _closed = store
      const look: Look = { output, store, storeFile, signal }

      const organism = await lookAt('demo', 'organism', look, model => {
        output.note(`Plimsoll ${toolVersion}   ${describeEngine(model)}`)
        output.note('Steering edits a model while it runs. This measures what else it changes.\n')
        output.note(
          `${options.onlyOrganism ? '' : '1 of 2  '}The demonstration model: tiny, made for this, ships with Plimsoll`,
        )
      })
      const real = options.onlyOrganism ? null : await realModel(options.model ?? DEFAULT_MODEL, look)
      if (output.json) return output.printJson({ demo: organism.result, quick: real?.result ?? null })
      output.print(`Look    open ${organism.files[0]}${real === null ? '' : ` and ${real.files[0]}`}`)
      const attempt = await suggestAttempt(organism, store)
      if (attempt !== null) output.print(`Try     ${attempt}`)
      output.print('Yours   plimsoll run overrefusal-quick --model path/to/model.gguf')
    })
}

interface Look {
  readonly output: Output
  readonly store: Store
  readonly storeFile: string
  readonly signal: AbortSignal
}

interface Looked extends StudyFiles {
  readonly plan: Plan
}

async function lookAt(study: string, name: string, look: Look, begin: (model: Model) => void): Promise<Looked> {
  await using model = await openForCommand(name, look.output, { engines: 'processors', signal: look.signal })
  const plan = await planStudy({ study, model: name })
  begin(model)
  const done = await completeStudy(plan, model, look.output, look)
  showVerdict(done.result, look.output)
  return { ...done, plan }
}

/** The second part is a bonus: without a model it says how to get one, and the demo ends well all the same. */
async function realModel(name: string, look: Look): Promise<Looked | null> {
  const { output } = look
  const entry = findEntry(name)
  const title = entry?.title ?? name
  try {
    return await lookAt('overrefusal-quick', name, look, model => {
      const size = `${Math.round(model.info.parameters / 1e6)}M, ${Math.round(model.info.bytes / 1e6)} MB`
      output.note(`2 of 2  A real model: ${title} (${size})`)
    })
  } catch (error) {
    // A file of one's own that does not work is an error; a model that cannot be fetched is only a pity.
    if (!entry || !(error instanceof PlimsollError) || !couldNotBeHad.has(error.code)) throw error
    const tried = (error.found ?? error.message).replaceAll('\n', '; ')
    output.note(`2 of 2  A real model: ${title} is not here, and could not be fetched`)
    output.note(`  Tried        ${tried}`)
    output.note(`  Get it       plimsoll model pull ${entry.name}`)
    output.note('  Or your own  plimsoll demo --model FILE.gguf\n')
    return null
  }
}

const couldNotBeHad: ReadonlySet<string> = new Set(['network', 'not-found', 'model-invalid'])

/** A prompt that the vector made the model answer, as a command to see it with. */
async function suggestAttempt({ plan, result, vectors }: Looked, store: Store): Promise<string | null> {
  const [vector] = vectors
  const steered = result.conditions.find(({ role }) => role === 'method')
  if (vector === undefined || steered === undefined) return null
  for await (const { axis, condition, change, template, prompt } of samplesOf(store, result.run, plan)) {
    if (axis !== 'efficacy' || condition !== steered.name || change !== 'gained' || template) continue
    return `plimsoll generate "${prompt}" --model ${plan.model} --vector ${vector} --strength ${steered.strength ?? 1}`
  }
  return null
}
