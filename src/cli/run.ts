import { type Command, Option } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL } from '../models/index.ts'
import { builtinStudies } from '../study/builtin.ts'
import { loadStudy } from '../study/config.ts'
import { gateOf } from '../study/gate.ts'
import { planStudy } from '../study/plan.ts'
import { gateSentence } from '../study/report/gate.ts'
import { examples, globalsOf, outputOf, timeSpan, wholeNumber } from './common.ts'
import { prepareCi, writeCi } from './terminal/ci.ts'
import { listenForInterrupt, thisCommand } from './terminal/interrupt.ts'
import { describeEngine, modelGiven, openForCommand } from './terminal/model.ts'
import { checkAgainst, showBudget, showPlan } from './terminal/plan.ts'
import { completeStudy, openStoreAt, showFiles, showVerdict, studyTitle } from './terminal/study.ts'

export function runCommand(program: Command): void {
  program
    .command('run <STUDY>')
    .summary('Run or resume a study (a .yaml file or a built-in name)')
    .description(
      'Run a study to its verdict, or on from where it stopped. STUDY is a .yaml file or a built-in name: demo, overrefusal-quick, overrefusal-english, overrefusal, faithfulness-quick, faithfulness.',
    )
    .option('--model <NAME|FILE>', 'another model than the study names')
    .option('--system <TEXT>', 'system prompt under which everything is measured')
    .option('--engines <N>', 'engines that share the work (default: as many as fit the processors)', wholeNumber)
    .option('--threads <N>', 'threads of each engine (default: 1, or what the processors allow)', wholeNumber)
    .option('--plan', 'print the study in full, its counts and minutes, and run nothing')
    .option('--budget <TIME>', 'with --plan: cut the rows so that it fits into 90m or 2h here', timeSpan)
    .option('-o, --output <FOLDER>', 'where the report goes (default: plimsoll-results/<study>)')
    .addOption(
      new Option(
        '--gate [WHAT]',
        'exit with the verdict: 0 within, 10 over, 11 undecided, 12 no effect, 13 cannot be told',
      )
        .choices(['within', 'not-broken'])
        .preset('within'),
    )
    .option('--junit <FILE>', 'write the outcome as JUnit XML, for CI')
    .option('--summary [FILE]', 'write a summary in Markdown (default: to $GITHUB_STEP_SUMMARY)')
    .addHelpText(
      'after',
      examples('plimsoll run overrefusal-quick --model path/to/model.gguf', 'plimsoll run studies/mine.yaml --plan'),
    )
    .action(async (name, options, command) => {
      const output = outputOf(command)
      const model =
        options.model ??
        (Object.hasOwn(builtinStudies, name) ? (builtinStudies[name]?.model ?? DEFAULT_MODEL) : undefined)
      const { study, folder, base } = loadStudy(name, {
        ...(model === undefined ? {} : { model: modelGiven(model) }),
        ...(options.system === undefined ? {} : { system: options.system }),
      })
      if (options.budget !== undefined && options.plan !== true)
        throw new PlimsollError('invalid-input', 'A budget cuts a plan, and a run goes on by the plan it began with', {
          found: '--budget without --plan',
          fix: `Write it down first: plimsoll run ${name} --plan --budget 2h > cut.yaml, then plimsoll run cut.yaml.`,
        })
      const plan = await planStudy({ study, folder, base })
      using interrupt = listenForInterrupt(output, `Stopping after this chunk. Go on with: ${thisCommand()}`)
      const { signal } = interrupt
      const engine = { engines: options.engines ?? ('processors' as const), threads: options.threads, signal }
      if (options.budget !== undefined)
        return await showBudget({ study, folder, base }, plan, options.budget, engine, output)
      if (options.plan) return await showPlan(plan, base, engine, output)
      await prepareCi(options)
      const { store, storeFile } = await openStoreAt(globalsOf(command).store)
      await using _closed = store
      await using opened = await openForCommand(plan.model, output, engine)
      await checkAgainst(opened, plan)
      output.note(`${studyTitle(plan, opened)}\n${describeEngine(opened)}\n`)
      const done = await completeStudy(plan, opened, output, { store, storeFile, signal, folder: options.output })
      if (output.json) output.printJson(done.result)
      else {
        showVerdict(done.result, output)
        showFiles(done.files, output)
      }
      const gate =
        options.gate === undefined ? null : gateOf(done.result, options.gate === 'not-broken' ? options.gate : 'within')
      await writeCi(options, done.result, gate, output)
      if (gate === null) return
      output.print(`Gate    ${gateSentence(gate)}`)
      process.exitCode = gate.code
    })
}
