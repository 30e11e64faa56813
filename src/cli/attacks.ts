import type { Command } from '@commander-js/extra-typings'
import { attacks } from '../attack/index.ts'
import { PlimsollError } from '../errors.ts'
import { suggest } from '../suggest.ts'
import { examples, outputOf } from './common.ts'

export function attacksCommand(program: Command): void {
  program
    .command('attacks [NAME]')
    .summary('List attacks: what they do, source, defaults')
    .description('List the ways in which a robustness suite can ask a request, or show one.')
    .addHelpText('after', examples('plimsoll attacks', 'plimsoll attacks base64 --json'))
    .action((name, _options, command) => {
      const output = outputOf(command)
      const shown = name === undefined ? attacks : attacks.filter(attack => attack.name === name)
      if (name !== undefined && shown.length === 0) {
        const names = attacks.map(attack => attack.name)
        const near = suggest(name, names)
        throw new PlimsollError('usage', `There is no attack called ${name}`, {
          expected: names.join(', '),
          fix: near === undefined ? 'See them all with: plimsoll attacks' : `Did you mean ${near}?`,
        })
      }
      if (output.json) {
        const plain = shown.map(({ apply: _, decode: __, ...told }) => told)
        return output.printJson(name === undefined ? plain : plain[0])
      }
      for (const { name: called, group, does, defaults, citation, differsFromOriginal } of shown) {
        output.print(`${output.style('bold', called)}   ${group}`)
        output.print(`  ${does}`)
        output.print(`  defaults  ${JSON.stringify(defaults)}`)
        output.print(`  source    ${citation}`)
        if (differsFromOriginal !== '') output.print(`  differs   ${differsFromOriginal}`)
        output.print('')
      }
    })
}
