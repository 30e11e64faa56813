import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { FileRef } from '../data/index.ts'
import type { Model } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL } from '../models/index.ts'
import { openVector, type Vector, writeVector } from '../steer/index.ts'
import { sweepPage } from '../study/report/page/sweep.ts'
import { type Sweep, type SweepMethod, sweep } from '../study/sweep/index.ts'
import { addColumn, decimalNumber, examples, globalsOf, outputOf, positiveNumber, wholeNumber } from './common.ts'
import { controlOf, methodNamed, parametersFrom } from './fit-options.ts'
import { promptList } from './prompt-list.ts'
import { listenForInterrupt, thisCommand } from './terminal/interrupt.ts'
import { describeEngine, openForCommand } from './terminal/model.ts'
import { createStatusLine } from './terminal/progress.ts'
import { openStoreAt } from './terminal/study.ts'
import { showSweep } from './terminal/sweep.ts'
import { formatOf } from './vector/open.ts'

const rules = ['target-minus-control', 'kl-budget', 'both', 'matched-efficacy'] as const

export function sweepCommand(program: Command): void {
  program
    .command('sweep')
    .summary('Find layer and strength for a vector')
    .description(
      'Try layers and strengths on the select split of a study, and choose one. What is tried is a vector file, or a method with two lists of prompts, fitted at each layer. Strengths are told in three units.',
    )
    .option('--vector <FILE>', 'vector to try, at the layers where it acts')
    .option('--positive <SET|FILE>', 'or fit one: prompts that show what there shall be more of')
    .option('--negative <SET|FILE>', 'prompts that show its opposite')
    .option('--method <NAME>', 'how to fit, see `plimsoll methods`', 'diffmean')
    .option('--parameter <NAME=VALUE...>', 'what the method is told, such as lambda=0.6; see `plimsoll methods`')
    .option('--control-positive <SET|FILE>', 'prompts that are to be left alone, for partial-or, null-space and cast')
    .option('--control-negative <SET|FILE>', 'their opposite')
    .option('--column <OURS=THEIRS>', 'a column of your files, such as prompt=question', addColumn)
    .option('--limit <N>', 'use the first N prompts of each list', positiveNumber)
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file', DEFAULT_MODEL)
    .option(
      '--study <STUDY>',
      'whose select split and harmless prompts are asked (default: overrefusal-english; demo for organism)',
    )
    .option('--layers <LIST>', 'layers to try: 10,12,14 or 10-20; or N of them, as in "5 evenly"', layerList)
    .option('--strengths <LIST>', 'strengths to try, such as 0.5,1,2', strengthList)
    .addOption(new Option('--rule <RULE>', 'what is best, see docs/sweep.md').choices(rules))
    .option('--budget <NATS>', 'for kl-budget and both: 95th percentile of the KL per token', decimalNumber)
    .option('--efficacy <SHARE>', 'for matched-efficacy: share of the target prompts that is enough', decimalNumber)
    .option('--rows <N>', 'prompts a side', wholeNumber)
    .option('--explore', 'ask the other two axes too, at every strength of the chosen layer')
    .option('--system <TEXT>', 'system prompt under which everything is asked')
    .option('--engines <N>', 'engines that share the work (default: as many as fit the processors)', wholeNumber)
    .option('--html <FILE>', 'write the curves as a page')
    .option(
      '-o, --output <FILE>',
      'where a vector goes that was fitted here, or of which one layer was chosen',
      'vector.safetensors',
    )
    .addHelpText(
      'after',
      examples(
        'plimsoll sweep --model organism --study demo --vector compliance.safetensors --rule both',
        'plimsoll sweep --model mine.gguf --positive more.csv --negative less.csv --layers 10-20',
      ),
    )
    .action(async (options, command) => {
      const output = outputOf(command)
      checkWhat(options)
      formatOf(options.output)
      await Promise.all([options.output, options.html].flatMap(file => (file === undefined ? [] : [folderOf(file)])))
      using interrupt = listenForInterrupt(output, `Stopping after this chunk. Go on with: ${thisCommand()}`)
      const { signal } = interrupt
      const { store } = await openStoreAt(globalsOf(command).store)
      await using _closed = store
      const engines = options.engines ?? 'processors'
      await using model = await openForCommand(options.model, output, { engines, signal })
      output.note(`${model.info.name}\n${describeEngine(model)}\n`)
      const what = await whatToTry(options, model)
      using status = createStatusLine(output)
      const { study, system, layers, strengths, rule, budget: klBudget, efficacy, rows: limit } = options
      const found = await sweep(
        model,
        what,
        {
          ...{ study, system, store },
          select: {
            layers,
            strengths,
            rule,
            klBudget,
            efficacy,
            limit,
            ...(options.explore !== true && { explore: false }),
          },
        },
        { signal, onProgress: status.onProgress },
      )
      status.clear()
      const file = await keptVector(found, options)
      if (options.html !== undefined) await writeFile(options.html, sweepPage(found))
      const { vector: _, ...told } = found
      if (output.json) return output.printJson({ ...told, file })
      showSweep(found, output)
      if (options.html !== undefined) output.print(`Curves  ${options.html}`)
      output.print(
        `Use     plimsoll generate "…" --model ${options.model} --vector ${file} --strength ${found.best.strength}`,
      )
    })
}

interface What {
  readonly vector?: string | undefined
  readonly positive?: string | undefined
  readonly negative?: string | undefined
  readonly method: string
  readonly parameter?: readonly string[] | undefined
  readonly controlPositive?: string | undefined
  readonly controlNegative?: string | undefined
  readonly limit?: number | undefined
  readonly column?: FileRef['columns']
}

/** Before a model is opened. */
function checkWhat({ vector, positive, negative, layers, output }: What & { layers?: unknown; output: string }): void {
  if (vector !== undefined && layers !== undefined && resolve(vector) === resolve(output))
    throw new PlimsollError('usage', 'The chosen layer of the vector would replace the vector', {
      found: output,
      expected: 'another file for what is chosen',
      fix: 'Name one with --output.',
    })
  const lists = positive !== undefined && negative !== undefined
  if (lists !== (vector !== undefined) && (lists || (positive ?? negative) === undefined)) return
  throw new PlimsollError('usage', 'A sweep tries a vector, or what a method makes of two lists', {
    expected: '--vector FILE, or --positive and --negative',
    found:
      [vector && '--vector', positive && '--positive', negative && '--negative'].filter(Boolean).join(' ') || 'neither',
    fix: 'Name the one or the other.',
  })
}

async function whatToTry(options: What, model: Model): Promise<Vector | SweepMethod> {
  const { vector, positive, negative } = options
  if (vector !== undefined) return await openVector(vector, model.info)
  const method = methodNamed(options.method)
  const parameters = parametersFrom(method, options.parameter ?? [])
  const control = await controlOf(method, options)
  const sides = {
    positive: await promptList(positive ?? '', options),
    negative: await promptList(negative ?? '', options),
  }
  const made: SweepMethod = { method, ...sides, control, ...parameters }
  return made
}

/** The file that holds the chosen vector: the one that was given, where all of it was chosen. */
async function keptVector(
  { vector }: Sweep,
  { vector: given, layers, output }: What & { layers?: unknown; output: string },
): Promise<string> {
  if (given !== undefined && layers === undefined) return given
  await writeVector(vector, output)
  return output
}

async function folderOf(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
}

type Layers = number | number[] | { from: number; to: number; step?: number }

/** `5 evenly`, `10-20`, `10-20/2` or `10,12,14`. */
function layerList(text: string): Layers {
  const evenly = /^(\d+) evenly$/.exec(text)
  if (evenly !== null) return Number(evenly[1])
  const range = /^(\d+)-(\d+)(?:\/(\d+))?$/.exec(text)
  if (range !== null) {
    const [, from, to, step] = range
    return { from: Number(from), to: Number(to), ...(step !== undefined && { step: Number(step) }) }
  }
  if (/^\d+(,\d+)*$/.test(text)) return text.split(',').map(Number)
  throw new InvalidArgumentError(`Expected layers such as 10,12,14 or 10-20, got "${text}".`)
}

function strengthList(text: string): number[] {
  const strengths = text.split(',').map(part => (part.trim() === '' ? Number.NaN : Number(part)))
  if (strengths.every(Number.isFinite)) return strengths
  throw new InvalidArgumentError(`Expected strengths such as 0.5,1,2, got "${text}".`)
}
