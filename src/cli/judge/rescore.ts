import { join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../../errors.ts'
import { namedGraders } from '../../study/judging/graders.ts'
import { rescore } from '../../study/judging/rescore.ts'
import { writeReport } from '../../study/report/write.ts'
import { samplesOf } from '../../study/samples.ts'
import { OneJudge } from '../../study/schema.ts'
import { examples, globalsOf, outputOf } from '../common.ts'
import { listenForInterrupt, thisCommand } from '../terminal/interrupt.ts'
import { createStatusLine } from '../terminal/progress.ts'
import { resultsFolder, showFiles, showVerdict } from '../terminal/study.ts'
import { openFinished } from './run.ts'
import { withHelp, withJudge } from './with.ts'

export function rescoreCommand(judge: Command): void {
  judge
    .command('rescore [STUDY]')
    .description(
      'Score the kept answers of the newest finished run again and write its report. Nothing is generated, and the rules need no model. What earlier judges said stays in the store. STUDY is the name of a study; without it, the newest run.',
    )
    .option('--rubric <NAME|FILE>', 'a model that grades harm')
    .option('--endpoint <URL>', 'an OpenAI-compatible API that grades harm, with --grader')
    .option('--grader <NAME>', 'the model at the endpoint')
    .option('--key-from <VARIABLE>', 'environment variable with its key')
    .option('--with <JUDGE>', withHelp, withJudge)
    .option('-o, --output <FOLDER>', 'where the report goes (default: plimsoll-results/<study>)')
    .addHelpText('after', examples('plimsoll judge rescore', 'plimsoll judge rescore demo --rubric grader.gguf'))
    .action(async (study, options, command) => {
      const output = outputOf(command)
      using interrupt = listenForInterrupt(output, `Stopping after this chunk. Go on with: ${thisCommand()}`)
      const { signal } = interrupt
      await using finished = await openFinished(study, globalsOf(command).store)
      if (finished.note !== null) output.note(finished.note)
      const { store, storeFile, run, plan } = finished
      const named = judgesOf(options)
      const graders = await (named.length > 0
        ? namedGraders(named, process.cwd())
        : namedGraders(plan.study.judge, plan.folder))
      using status = createStatusLine(output)
      const done = await rescore(store, run, plan, { signal, graders, onProgress: status.onProgress })
      status.clear()
      const folder = options.output ?? join(resultsFolder, run.study)
      const files = await writeReport(done.result, samplesOf(store, run.hash, plan), folder, { store: storeFile })
      if (output.json)
        return output.printJson({ study: run.study, run: run.hash, judged: done.judged, changed: done.changed, files })
      showVerdict(done.result, output)
      const { judged: chunks, changed } = done
      output.note(`  judged ${chunks.chunks} of ${chunks.of} chunks; the rest had been judged by these rules`)
      if (changed !== null)
        output.note(`  ${changed.answers} of ${changed.of} answers are in another class than by ${changed.before}`)
      showFiles(files, output)
    })
}

interface JudgeFlags {
  readonly rubric?: string | undefined
  readonly endpoint?: string | undefined
  readonly grader?: string | undefined
  readonly keyFrom?: string | undefined
  readonly with?: readonly OneJudge[] | undefined
}

/** As a study file would name them; none where no flag does. */
function judgesOf({ rubric, endpoint, grader, keyFrom, with: others = [] }: JudgeFlags): OneJudge[] {
  if (rubric === undefined && endpoint === undefined && grader === undefined && keyFrom === undefined)
    return [...others]
  const said =
    rubric !== undefined && endpoint === undefined
      ? { rubric }
      : { endpoint, model: grader, ...(keyFrom !== undefined && { keyFrom }) }
  const parsed = OneJudge.safeParse(said)
  if (parsed.success) return [parsed.data, ...others]
  throw new PlimsollError('usage', 'The grader is not named in full', {
    expected:
      '--rubric NAME or FILE, or --endpoint URL with --grader NAME; the address without user, password and query, --key-from with the name of a variable',
    fix: 'Name one grader, or several by --with.',
  })
}
