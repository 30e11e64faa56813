import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import type { Command } from '@commander-js/extra-typings'
import type { Model, ModelInfo, SiteInfo } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL, listCached, openModel } from '../models/index.ts'
import { findLibrary } from '../native/library.ts'
import { cacheFolder } from '../paths.ts'
import { toolVersion } from '../version.ts'
import { examples, outputOf } from './common.ts'
import { siteLines } from './terminal/sites.ts'

interface Check {
  readonly name: string
  readonly state: 'good' | 'missing' | 'broken'
  readonly says: string
  readonly fix?: string
  /** Lines below it. */
  readonly details?: readonly string[]
  readonly sites?: readonly SiteInfo[]
}

export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .summary('Check libraries, CPU, model, disk')
    .description('Check that everything Plimsoll needs is here and works.')
    .option('--model <NAME|FILE>', 'also open this model and say what it is', 'organism')
    .addHelpText('after', examples('plimsoll doctor', 'plimsoll doctor --model path/to/model.gguf --json'))
    .action(async (options, command) => {
      const output = outputOf(command)
      const checks = [...(await machine()), libraries(), ...(await modelChecks(options.model)), await realModel()]
      const broken = checks.some(check => check.state === 'broken')
      // The sites themselves say more than lines about them.
      const told = checks.map(({ details: _, ...check }) => check)
      if (output.json) output.printJson({ version: toolVersion, works: !broken, checks: told })
      for (const { name, state, says, fix, details = [] } of checks) {
        const mark = output.unicode
          ? { good: output.style('blue', '●'), missing: '○', broken: output.style('red', '▼') }[state]
          : { good: '*', missing: 'o', broken: 'v' }[state]
        output.print(`${mark} ${name.padEnd(10)} ${says}`)
        for (const line of details) output.print(`    ${line}`)
        if (fix !== undefined) output.print(`  Do: ${fix}`)
      }
      if (broken) process.exitCode = 1
    })
}

async function machine(): Promise<Check[]> {
  const disk = await statfs(process.cwd())
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  return [
    { name: 'plimsoll', state: 'good', says: `${toolVersion} on Node ${process.versions.node}` },
    {
      name: 'machine',
      state: 'good',
      says: `${process.platform} ${process.arch}, ${availableParallelism()} processors`,
    },
    { name: 'memory', state: 'good', says: `${gigabytes(freemem())} free of ${gigabytes(totalmem())}` },
    {
      name: 'disk',
      state: 'good',
      says: `${gigabytes(disk.bavail * disk.bsize)} free here; models go to ${cacheFolder()}`,
    },
  ]
}

function libraries(): Check {
  try {
    return { name: 'llama.cpp', state: 'good', says: `${findLibrary('any').release}, prebuilt` }
  } catch (error) {
    return failed('llama.cpp', error)
  }
}

async function modelChecks(name: string): Promise<Check[]> {
  try {
    await using model: Model = await openModel(name)
    const { info } = model
    const began = performance.now()
    const prompt = info.hasChatTemplate ? 'Hello' : { raw: 'Hello' }
    const [answer] = await model.generate([prompt], { maxTokens: 32 })
    const rate = Math.round((1000 * (answer?.tokens.length ?? 0)) / (performance.now() - began))
    return [
      {
        name: 'engine',
        state: 'good',
        says: `${info.engine.cpu} kernels, ${info.engine.threads === 1 ? '1 thread' : `${info.engine.threads} threads`}, answers at ${rate} tokens/s`,
      },
      {
        name: 'model',
        state: 'good',
        says: `${info.name}: ${info.architecture}, ${info.layers} layers × ${info.width}, ${info.quantisation}, context ${info.contextLength}`,
      },
      ...weightChecks(info, name),
      info.hasChatTemplate
        ? { name: 'template', state: 'good', says: 'has a chat template' }
        : {
            name: 'template',
            state: 'missing',
            says: 'has no chat template: only raw prompts work',
            fix: 'Use an instruct model.',
          },
      {
        name: 'sites',
        state: 'good',
        says: 'where its states can be read and edited:',
        details: siteLines(info.sites),
        sites: info.sites,
      },
    ]
  } catch (error) {
    return [failed('model', error)]
  }
}

/** Processors of this kind have AMX, for which llama.cpp has a kernel. */
const fastForQ4_1 = 'sapphirerapids'

/** Of types that were measured: see docs/performance.md. */
function weightChecks({ quantisation, engine }: ModelInfo, name: string): Check[] {
  if (quantisation !== 'Q4_1' || engine.device !== 'CPU' || engine.cpu === fastForQ4_1) return []
  return [
    {
      name: 'weights',
      state: 'missing',
      says: 'Q4_1, which many processors read half as fast as Q8_0',
      fix: `plimsoll model quantise ${name}`,
    },
  ]
}

async function realModel(): Promise<Check> {
  const cached = await listCached()
  if (cached.length > 0)
    return { name: 'models', state: 'good', says: `in the cache: ${cached.map(model => model.name).join(', ')}` }
  return {
    name: 'models',
    state: 'missing',
    says: 'no real model in the cache',
    fix: `plimsoll model pull ${DEFAULT_MODEL}`,
  }
}

function failed(name: string, error: unknown): Check {
  if (!(error instanceof PlimsollError)) throw error
  const { message, found } = error
  const says = found === undefined || message.includes(found) ? message : `${message}: ${found}`
  return { name, state: 'broken', says, ...(error.fix === undefined ? {} : { fix: error.fix }) }
}
