import type { Command } from '@commander-js/extra-typings'
import { examples } from './common.ts'
import { annotateCommand } from './judge/annotate.ts'
import { calibrateCommand } from './judge/calibrate.ts'
import { rescoreCommand } from './judge/rescore.ts'

export function judgeCommand(program: Command): void {
  const judge = program
    .command('judge')
    .summary('calibrate, rescore, annotate')
    .helpCommand(false)
    .description('The judge that says which answers are refusals.')
    .addHelpText('after', examples('plimsoll judge calibrate completions.csv', 'plimsoll judge annotate demo'))
  calibrateCommand(judge)
  rescoreCommand(judge)
  annotateCommand(judge)
}
