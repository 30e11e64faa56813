import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PlimsollError } from '../../errors.ts'
import { readHallucinationLabels } from '../../judge/hallucinated.ts'
import { calibrateLikelihood, type LikelihoodCalibration } from '../../measure/calibration-likelihood.ts'
import { openModel } from '../../models/index.ts'
import { dataFolder } from '../../paths.ts'
import type { RunOptions } from '../../progress.ts'
import { createRandom, sample } from '../../random.ts'

export interface FaithfulOptions extends RunOptions {
  readonly model: string
  /** Of each file, drawn by `seed`. */
  readonly rows?: number | undefined
  readonly seed: number
}

/** Every file by the log-likelihoods of one model; without files, HaluEval's below the data folder. */
export async function calibrateFaithful(
  given: readonly string[],
  { model: named, rows: most, seed, ...options }: FaithfulOptions,
): Promise<LikelihoodCalibration[]> {
  const files = given.length > 0 ? given : [published()]
  const read = await Promise.all(files.map(async file => ({ file, rows: await readHallucinationLabels(file) })))
  await using model = await openModel(named)
  const found: LikelihoodCalibration[] = []
  for (const { file, rows } of read) {
    const drawn = most === undefined ? rows : sample(rows, most, createRandom(seed, 'calibrate'))
    found.push(await calibrateLikelihood(model, { file, rows: drawn }, options))
  }
  return found
}

/** HaluEval's human-labelled set: https://github.com/RUCAIBox/HaluEval, `data/general_data.json` at b7253db (MIT). */
function published(): string {
  const file = join(dataFolder(), 'halueval', 'general_data.json')
  if (existsSync(file)) return file
  throw new PlimsollError('not-found', 'There are no answers labelled as hallucinated or not', {
    where: file,
    found: 'no such file',
    expected: 'HaluEval’s general set there, or FILES with `request`, `answer` and `hallucinated`',
    fix: 'Put data/general_data.json of github.com/RUCAIBox/HaluEval there, or name a file.',
  })
}
