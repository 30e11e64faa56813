/** The command line: which commands there are, and how it ends. */
import { Command, CommanderError } from '@commander-js/extra-typings'
import { toolVersion } from '../version.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { fitCommand } from './fit.ts'
import { generateCommand } from './generate.ts'
import { judgeCommand } from './judge.ts'
import { methodsCommand } from './methods.ts'
import { modelCommand } from './model.ts'
import { reportCommand } from './report.ts'
import { runCommand } from './run.ts'
import { showStart } from './start.ts'
import { exitCodes, reportFailure } from './terminal/failure.ts'
import { createOutput } from './terminal/output.ts'

/** Runs a command line and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = createProgram()
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end with 0; anything else commander complains of is a mistake in the command line.
      process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage
      return
    }
    process.exitCode = reportFailure(error, createOutput(program.opts()))
  }
}

function createProgram() {
  const program = new Command('plimsoll')
    .description('Steer language models, and know the line.')
    .version(toolVersion, '-v, --version')
    .option('--json', 'one JSON document on stdout, progress on stderr')
    .option('--quiet', 'no progress and no remarks')
    .option('--verbose', 'more detail, p-values among it')
    .option('--no-color', 'no colour (also NO_COLOR)')
    .option('--store <FILE>', 'database of answers (default: .plimsoll/store.db)')
    .exitOverride()
    .showHelpAfterError('(see plimsoll --help)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .addHelpText('after', '\nExamples\n  plimsoll demo\n  plimsoll run overrefusal-quick --plan')
    .action(async (_options, command) => showStart(createOutput(command.opts()), command.opts().store))

  program.commandsGroup('Start here')
  demoCommand(program)
  runCommand(program)
  program.commandsGroup('Steer')
  fitCommand(program)
  generateCommand(program)
  methodsCommand(program)
  program.commandsGroup('Measure')
  reportCommand(program)
  judgeCommand(program)
  program.commandsGroup('Manage')
  modelCommand(program)
  doctorCommand(program)
  return program
}
