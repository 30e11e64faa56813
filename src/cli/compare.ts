import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Command, Option } from '@commander-js/extra-typings'
import { compare } from '../study/comparison/index.ts'
import { comparisonMarkdown } from '../study/report/comparison/markdown.ts'
import { renderComparison, renderFlips } from '../study/report/comparison/terminal.ts'
import { examples, globalsOf, outputOf } from './common.ts'
import { defaultStore } from './terminal/study.ts'

export function compareCommand(program: Command): void {
  program
    .command('compare <A> <B>')
    .summary('Compare two studies or conditions, paired by prompt')
    .description(
      'Hold B against A on the prompts that both answered. Each is STUDY, STUDY:CONDITION, or the report.json of a study; a study alone stands for its only method, and for its latest finished run. No model is needed.',
    )
    .addOption(
      new Option('--show <WHICH>', 'list the prompts whose property was lost or gained').choices(['lost', 'gained']),
    )
    .option('-o, --out <FILE>', 'write it as Markdown, too')
    .addHelpText(
      'after',
      examples('plimsoll compare before after', 'plimsoll compare demo:diffmean demo:random --show lost'),
    )
    .action(async (a, b, options, command) => {
      const output = outputOf(command)
      const comparison = await compare(a, b, { store: globalsOf(command).store ?? defaultStore })
      const show = options.show === 'lost' || options.show === 'gained' ? options.show : undefined
      if (options.out !== undefined) {
        await mkdir(dirname(options.out), { recursive: true })
        await writeFile(options.out, comparisonMarkdown(comparison, show))
      }
      if (output.json) return output.printJson(comparison)
      const { color, unicode, verbose } = output
      output.print(`\n${renderComparison(comparison, { color, unicode, verbose })}`)
      if (show !== undefined) output.print(renderFlips(comparison.flips, show, { color, unicode }))
      if (options.out !== undefined) output.print(`Written ${options.out}`)
    })
}
