/** Mistakes in the command line, in the same four lines as every other error. */
import type { CommanderError, CommandUnknownOpts } from '@commander-js/extra-typings'
import { PlimsollError } from '../../errors.ts'
import { suggest } from '../../suggest.ts'

/** What commander found wrong with `argv`, told like every other error. */
export function usageError(error: CommanderError, program: CommandUnknownOpts, argv: readonly string[]): PlimsollError {
  const { command, rest } = commandOf(program, argv)
  const help = `See ${[...pathOf(command), '--help'].join(' ')}`
  const unknown = rest.find(word => !word.startsWith('-'))
  if (command.commands.length > 0 && unknown !== undefined && isUnknownCommand(error)) {
    const known = command.commands.map(one => one.name())
    const near = suggest(unknown, known)
    return new PlimsollError('usage', `There is no command ${[...pathOf(command).slice(1), unknown].join(' ')}`, {
      expected: known.join(', '),
      found: unknown,
      fix: near === undefined ? help : `Did you mean ${near}? ${help}`,
    })
  }
  const misspelt = error.code === 'commander.missingMandatoryOptionValue' ? unknownOption(command, argv) : undefined
  if (misspelt !== undefined) {
    const near = suggest(misspelt, optionsOf(command))
    return new PlimsollError('usage', `Unknown option '${misspelt}'`, {
      fix: near === undefined ? help : `Did you mean ${near}? ${help}`,
    })
  }
  const [text = '', remark] = error.message.replace(/^error: /, '').split('\n')
  const [message = '', ...facts] = text.split(/\. (?=[A-Z])/)
  const near = /\(Did you mean (.+)\?\)/.exec(remark ?? '')?.[1]
  const fact = facts.join('. ').replace(/\.$/, '')
  const [, expected, found] = /^Expected (.+?)(?:,| but) got (.+)$/.exec(fact) ?? []
  return new PlimsollError('usage', message.charAt(0).toUpperCase() + message.slice(1), {
    expected: expected ?? /^Allowed choices are (.+)$/.exec(fact)?.[1],
    found,
    fix: near === undefined ? help : `Did you mean ${near}? ${help}`,
  })
}

/** Commander looks for what is missing first, and would say so of an option that is there with a letter too few. */
function unknownOption(command: CommandUnknownOpts, argv: readonly string[]): string | undefined {
  const known = optionsOf(command)
  return argv.flatMap(word => /^--[\w-]+/.exec(word) ?? []).find(flag => !known.includes(flag))
}

function optionsOf(command: CommandUnknownOpts): string[] {
  const own = command.options.flatMap(({ long }) => long ?? [])
  return command.parent === null ? ['--help', ...own] : [...own, ...optionsOf(command.parent)]
}

function isUnknownCommand({ code }: CommanderError): boolean {
  return code === 'commander.unknownCommand' || code === 'commander.excessArguments'
}

function commandOf(
  program: CommandUnknownOpts,
  argv: readonly string[],
): { command: CommandUnknownOpts; rest: readonly string[] } {
  let command = program
  for (const [i, word] of argv.entries()) {
    const next = command.commands.find(one => one.name() === word)
    if (next !== undefined) command = next
    else if (!word.startsWith('-')) return { command, rest: argv.slice(i) }
  }
  return { command, rest: [] }
}

function pathOf(command: CommandUnknownOpts): string[] {
  return command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()]
}
