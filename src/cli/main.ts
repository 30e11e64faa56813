/** The command line: which commands there are, and how it ends. */
import { Command, CommanderError } from '@commander-js/extra-typings'
import { toolVersion } from '../version.ts'
import { attacksCommand } from './attacks.ts'
import { chatCommand } from './chat.ts'
import { compareCommand } from './compare.ts'
import { completionCommand } from './completion.ts'
import { dataCommand } from './data.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { fitCommand } from './fit.ts'
import { generateCommand } from './generate.ts'
import { initCommand } from './init.ts'
import { judgeCommand } from './judge.ts'
import { methodsCommand } from './methods.ts'
import { modelCommand } from './model.ts'
import { reportCommand } from './report.ts'
import { resumeCommand } from './resume.ts'
import { runCommand } from './run.ts'
import { saeCommand } from './sae.ts'
import { serveCommand } from './serve.ts'
import { showStart } from './start.ts'
import { statusCommand } from './status.ts'
import { sweepCommand } from './sweep.ts'
import { exitCodes, reportFailure } from './terminal/failure.ts'
import { createOutput } from './terminal/output.ts'
import { usageError } from './terminal/usage.ts'
import { vectorCommand } from './vector.ts'
import { viewCommand } from './view.ts'

/** Runs a command line and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  stopQuietlyWhenNobodyReads()
  const program = createProgram()
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) {
      // Help that was asked for ends with 0; help in place of a missing subcommand is a mistake in the command line.
      process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage
      return
    }
    // Where parsing stopped early, the flags behind that place are not known to the program.
    const flags = { ...program.opts(), ...(argv.includes('--json') && { json: true }) }
    process.exitCode = reportFailure(
      error instanceof CommanderError ? usageError(error, program, argv) : error,
      createOutput(flags),
    )
  }
}

/** `plimsoll … | head` closes the pipe when it has seen enough. */
function stopQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit()
      throw error
    })
  }
}

function createProgram() {
  const program = new Command('plimsoll')
    .description('Steer language models, and know the line.')
    .version(toolVersion, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .option('--json', 'one JSON document on stdout, progress on stderr')
    .option('--quiet', 'no progress and no remarks')
    .option('--verbose', 'more detail, p-values among it')
    .option('--no-color', 'no colour (also NO_COLOR)')
    .option('--store <FILE>', 'database of answers (default: .plimsoll/store.db)')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .addHelpText('after', '\nExamples\n  plimsoll demo\n  plimsoll run overrefusal-quick --plan')
    .action(async (_options, command) => showStart(createOutput(command.opts()), command.opts().store))

  program.commandsGroup('Start here')
  demoCommand(program)
  initCommand(program)
  runCommand(program)
  viewCommand(program)
  chatCommand(program)
  program.commandsGroup('Steer')
  fitCommand(program)
  sweepCommand(program)
  generateCommand(program)
  methodsCommand(program)
  vectorCommand(program)
  program.commandsGroup('Measure')
  reportCommand(program)
  compareCommand(program)
  statusCommand(program)
  resumeCommand(program)
  judgeCommand(program)
  attacksCommand(program)
  program.commandsGroup('Serve')
  serveCommand(program)
  program.commandsGroup('Manage')
  modelCommand(program)
  dataCommand(program)
  doctorCommand(program)
  program.commandsGroup('More')
  saeCommand(program)
  program
    .command('help [COMMAND]', { hidden: true })
    .action(name => (program.commands.find(command => command.name() === name) ?? program).help())
  completionCommand(program)
  return program
}
