import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import { methods } from '../steer/index.ts'
import { examples, outputOf } from './common.ts'
import { didYouMean } from './fit-options.ts'
import { prose } from './terminal/prose.ts'

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
        output.print(`  ${prose(method.formula, 2)}`)
        const { needs, defaults, citation, differsFromOriginal: differs } = method
        const rows = { needs, defaults: JSON.stringify(defaults), source: citation, differs }
        for (const [name, text] of Object.entries(rows))
          if (text !== '') output.print(`  ${name.padEnd(10)}${prose(text, 12)}`)
        output.print('')
      }
    })
}
