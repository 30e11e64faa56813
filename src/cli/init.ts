import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL, findEntry, listCached, resolveModel } from '../models/index.ts'
import { builtinStudies } from '../study/builtin.ts'
import { loadStudy, parseStudy } from '../study/config.ts'
import { starterFile } from '../study/starter.ts'
import { examples, outputOf } from './common.ts'

export function initCommand(program: Command): void {
  program
    .command('init [FILE]')
    .summary('Write a study file to begin with')
    .description(
      'Write a commented study file (default: study.yaml). It asks nothing: the model is the one GGUF file of this folder, else one in the cache, else the default one.',
    )
    .option('--study <NAME>', 'built-in study that fills the gaps (default: overrefusal-quick; demo for the organism)')
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file')
    .option('--force', 'write over a file that is there')
    .addHelpText('after', examples('plimsoll init', 'plimsoll init mine.yaml --study faithfulness --model mine.gguf'))
    .action(async (path = 'study.yaml', options, command) => {
      const output = outputOf(command)
      const name = options.study ?? (options.model === 'organism' ? 'demo' : 'overrefusal-quick')
      // Says which studies there are where this is none.
      if (!Object.hasOwn(builtinStudies, name)) loadStudy(name)
      // One that can be fetched need not be here yet.
      if (options.model !== undefined && !findEntry(options.model)) await resolveModel(options.model)
      if (existsSync(path) && options.force !== true)
        throw new PlimsollError('invalid-input', 'There is a file of this name', {
          where: path,
          fix: 'Name another, or add --force to write over it.',
        })
      const model = options.model ?? builtinStudies[name]?.model ?? (await modelHere())
      const text = starterFile({ study: name, model })
      parseStudy(text, path)
      writeFileSync(path, text)
      if (output.json) return output.printJson({ file: path, study: name, model })
      output.print(`${path}: ${name} on ${model}`)
      output.note(`What it would do, and for how long: plimsoll run ${path} --plan`)
    })
}

/** What lies at hand. */
async function modelHere(): Promise<string> {
  const files = readdirSync('.').filter(file => file.toLowerCase().endsWith('.gguf'))
  const [only] = files
  if (only !== undefined && files.length === 1) return `./${basename(only)}`
  const cached = (await listCached()).map(({ name }) => name)
  return cached.includes(DEFAULT_MODEL) ? DEFAULT_MODEL : (cached[0] ?? DEFAULT_MODEL)
}
