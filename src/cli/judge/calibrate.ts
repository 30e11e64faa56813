import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../../errors.ts'
import type { LabelledAnswer } from '../../judge/index.ts'
import { readLabelledAnswers } from '../../judge/index.ts'
import { calibrateGrader, checkGradesRefusal, type GraderCalibration } from '../../measure/calibration-graders.ts'
import { calibrationMarkdown, calibrationReport } from '../../measure/calibration-report.ts'
import { dataFolder } from '../../paths.ts'
import type { RunOptions } from '../../progress.ts'
import { createRandom, sample } from '../../random.ts'
import { namedGraders } from '../../study/judging/graders.ts'
import type { OneJudge } from '../../study/schema.ts'
import { examples, outputOf, wholeNumber } from '../common.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import { createStatusLine } from '../terminal/progress.ts'
import { calibrateFaithful } from './calibrate-faithful.ts'
import { describeCalibration, describeLikelihood, graderMarkdown } from './calibration-text.ts'
import { withHelp, withJudge } from './with.ts'

export function calibrateCommand(judge: Command): void {
  judge
    .command('calibrate [FILES...]')
    .description(
      'Hold judges against human labels: CSV, JSONL or JSON files with columns `completion` and `final_label` (XSTest) or `answer` and `label`; judges named by --with also need `prompt` or `request`, and say what they call refused. Without FILES, XSTest’s completions below PLIMSOLL_DATA. Files of answers that the rules were written on are known again by their content, in part as well, and stand apart.',
    )
    .option('--with <JUDGE>', withHelp, withJudge)
    .option('--rows <N>', 'rows of each file, drawn at random (default: all)', wholeNumber)
    .option('--seed <N>', 'seed of the draw (default: 0)', wholeNumber)
    .option('--faithful', 'hold the log-likelihoods of --model against labels of hallucination (HaluEval) instead')
    .option('--model <NAME|FILE>', 'the model of --faithful')
    .option('--markdown', 'the tables of docs/judge.md')
    .addHelpText(
      'after',
      examples(
        'plimsoll judge calibrate',
        "plimsoll judge calibrate --rows 50 --with '{ rubric: grader.gguf, asks: refusal }'",
      ),
    )
    .action(async (given, options, command) => {
      const output = outputOf(command)
      using interrupt = listenForInterrupt(output, 'Stopping after these answers.')
      const { rows: most, seed = 0, with: named = [], faithful = false, model } = options
      if (faithful) {
        using shown = createStatusLine(output)
        const { signal } = interrupt
        const asked = { model: modelNamed(model), rows: most, seed, signal, onProgress: shown.onProgress }
        const found = await calibrateFaithful(given, asked)
        shown.clear()
        return output.json
          ? output.printJson({ files: found })
          : output.print(found.map(describeLikelihood).join('\n\n'))
      }
      const files = given.length > 0 ? given : published()
      const drawn = (rows: readonly LabelledAnswer[]) =>
        most === undefined ? rows : sample(rows, most, createRandom(seed, 'calibrate'))
      const read = await Promise.all(files.map(async file => ({ file, rows: drawn(await readLabelledAnswers(file)) })))
      const report = calibrationReport(read)
      using status = createStatusLine(output)
      const judges = await graderCalibrations(named, read, { signal: interrupt.signal, onProgress: status.onProgress })
      status.clear()
      if (output.json) return output.printJson({ ...report, judges })
      output.print(
        options.markdown === true
          ? [calibrationMarkdown(report), ...(judges.length > 0 ? [graderMarkdown(judges)] : [])].join('\n\n')
          : describeCalibration(report, judges),
      )
    })
}

function modelNamed(model: string | undefined): string {
  if (model !== undefined) return model
  throw new PlimsollError('usage', '--faithful needs a model', {
    expected: '--model NAME or FILE, whose log-likelihoods are taken',
    fix: 'Name one; `plimsoll model list` has those at hand.',
  })
}

type Labelled = { readonly file: string; readonly rows: readonly LabelledAnswer[] }

/** Every judge on every file, one judge open at a time. */
async function graderCalibrations(
  named: readonly OneJudge[],
  files: readonly Labelled[],
  options: RunOptions,
): Promise<GraderCalibration[]> {
  if (named.length === 0) return []
  const graders = await namedGraders([...named], process.cwd())
  for (const grader of graders) checkGradesRefusal(grader)
  const calibrations: GraderCalibration[] = []
  for (const { open } of graders) {
    await using opened = await open()
    for (const one of files) calibrations.push(await calibrateGrader(opened.grader, one, options))
  }
  return calibrations
}

function published(): string[] {
  const folder = join(dataFolder(), 'xstest')
  const files = globSync('xstest_v2_completions_*_gpteval.csv', { cwd: folder }).sort()
  if (files.length > 0) return files.map(file => join(folder, file))
  throw new PlimsollError('not-found', 'There are no labelled answers to hold the judge against', {
    where: folder,
    found: 'no xstest_v2_completions_*_gpteval.csv there',
    fix: 'Name a file of labelled answers, or get those of XSTest: plimsoll data add xstest/safe',
  })
}
