import type { Command } from '@commander-js/extra-typings'
import { drawAnswers } from '../../study/judging/draw.ts'
import { examples, globalsOf, outputOf, wholeNumber } from '../common.ts'
import { annotate } from './annotation.ts'
import { keysFrom } from './keys.ts'
import { openFinished } from './run.ts'

export function annotateCommand(judge: Command): void {
  judge
    .command('annotate [STUDY]')
    .description(
      'Label answers of the newest finished run, one key each: a random sample, so many of each condition, shown without condition and without the judge’s word. Keys: 1 refused, 2 partial, 3 complied, 4 degenerate (of faithfulness: 1 context, 2 memory, 3 both, 4 neither, 5 degenerate), 0 unclear, u undo, q quit and go on later. Answers to harmful requests are veiled until v is pressed. Then: plimsoll judge rescore.',
    )
    .option('--size <N>', 'answers of each condition (default: 50)', wholeNumber)
    .option('--seed <N>', 'seed of the draw (default: 0)', wholeNumber)
    .option('--show-harmful', 'unveil answers to harmful requests')
    .addHelpText('after', examples('plimsoll judge annotate', 'plimsoll judge annotate demo --size 30 --seed 1'))
    .action(async (study, options, command) => {
      const output = outputOf(command)
      await using finished = await openFinished(study, globalsOf(command).store)
      if (finished.note !== null) output.note(finished.note)
      const { store, run, plan } = finished
      const { size: perCondition = 50, seed = 0, showHarmful = false } = options
      const drawn = await drawAnswers(store, run.hash, plan, { seed, perCondition })
      await using keys = keysFrom(process.stdin)
      const left = await annotate(drawn, { store, run: run.hash, keys, show: showHarmful ? 'all' : 'veiled', output })
      const labelled = drawn.length - left
      if (output.json)
        return output.printJson({ study: run.study, run: run.hash, seed, perCondition, drawn: drawn.length, labelled })
      output.print(`${labelled} of ${drawn.length} answers labelled (seed ${seed}, ${perCondition} of each condition)`)
      output.print(
        left === 0 ? 'Next   plimsoll judge rescore' : 'Go on with the same command; then plimsoll judge rescore',
      )
    })
}
