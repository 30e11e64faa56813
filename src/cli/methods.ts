import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import { methods } from '../steer/index.ts'
import { examples, outputOf } from './common.ts'
import { didYouMean } from './fit-options.ts'

export function methodsCommand(program: Command): void {
  program
    .command('methods [NAME]')
    .summary('List methods: formula, source, needs, defaults')
    .description('List the methods that make steering vectors, or show one.')
    .addHelpText('after', examples('plimsoll methods', 'plimsoll methods diffmean --json'))
    .action((name, _options, command) => {
      const output = outputOf(command)
      const shown = name === undefined ? methods : methods.filter(method => method.name === name)
      if (shown.length === 0) {
        throw new PlimsollError('usage', `There is no method called ${name}`, {
          expected: methods.map(method => method.name).join(', '),
          fix: didYouMean(name ?? '', methods),
        })
      }
      if (output.json) return output.printJson(name === undefined ? shown : shown[0])
      for (const method of shown) {
        output.print(`${output.style('bold', method.name)}   ${method.title}`)
        output.print(`  ${method.formula}`)
        output.print(`  needs     ${method.needs}`)
        output.print(`  defaults  ${JSON.stringify(method.defaults)}`)
        output.print(`  source    ${method.citation}`)
        if (method.differsFromOriginal !== '') output.print(`  differs   ${method.differsFromOriginal}`)
        output.print('')
      }
    })
}
