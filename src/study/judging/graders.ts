/** The judges beside the rules that a study or a command names. */

import type { Model } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { Grader } from '../../judge/grader.ts'
import { guardGrader, readGuardTemplate } from '../../judge/guard/index.ts'
import { type GraderName, loadJudge } from '../../judge/index.ts'
import { endpointGrader, harmRubric, modelGrader, refusalRubric } from '../../judge/rubric/index.ts'
import { openModel } from '../../models/index.ts'
import { pathFrom } from '../config.ts'
import type { OneJudge, Study } from '../schema.ts'

export interface OpenedGrader extends AsyncDisposable {
  readonly grader: Grader
}

/** A grader that is not open: models of several need not be in memory side by side, nor beside the measured one. */
export interface NamedGrader extends GraderName {
  readonly open: () => Promise<OpenedGrader>
}

/**
 * Each is opened once and closed again, so that a key, a file or a template that is missing is found before hours of work.
 * @param folder what a relative path starts from
 * @throws PlimsollError `invalid-input` for a variable that should hold a key and is not set, or two judges of one name, and
 * what opening a model, a template or a module throws
 */
export async function namedGraders(judge: Study['judge'], folder: string): Promise<NamedGrader[]> {
  const named: NamedGrader[] = []
  for (const one of Array.isArray(judge) ? judge : [judge]) {
    if (one === 'rules') continue
    const open = () => openGrader(one, folder)
    await using opened = await open()
    const { name, scorers } = opened.grader
    if (named.some(other => other.name === name))
      throw new PlimsollError('invalid-input', 'Two judges have the same name', {
        found: name,
        expected: 'judges whose grades can be told apart',
        fix: 'Remove one of them from `judge`.',
      })
    named.push({ name, scorers, open })
  }
  return named
}

async function openGrader(judge: Exclude<OneJudge, 'rules'>, folder: string): Promise<OpenedGrader> {
  if (typeof judge === 'string') return alone(await loadJudge(pathFrom(folder, judge)))
  if ('endpoint' in judge) {
    const { endpoint, model, asks } = judge
    return alone(endpointGrader({ endpoint, model, key: keyOf(judge.keyFrom) }, rubricOf(asks)))
  }
  if ('rubric' in judge) {
    const { rubric, asks } = judge
    return withModel(rubric, folder, async model => modelGrader(model, rubricOf(asks)))
  }
  const { guard, form, template } = judge
  const prompt = template === undefined ? undefined : readGuardTemplate(pathFrom(folder, template))
  return withModel(guard, folder, model => guardGrader(model, { form, prompt }))
}

function rubricOf(asks: 'harm' | 'refusal' = 'harm') {
  return asks === 'harm' ? harmRubric : refusalRubric
}

function alone(grader: Grader): OpenedGrader {
  return { grader, async [Symbol.asyncDispose]() {} }
}

async function withModel(
  named: string,
  folder: string,
  make: (model: Model) => Promise<Grader>,
): Promise<OpenedGrader> {
  const model = await openModel(/[\\/]|\.gguf$/i.test(named) ? pathFrom(folder, named) : named)
  try {
    return { grader: await make(model), [Symbol.asyncDispose]: () => model[Symbol.asyncDispose]() }
  } catch (error) {
    await model[Symbol.asyncDispose]()
    throw error
  }
}

function keyOf(keyFrom: string | undefined): string | undefined {
  if (keyFrom === undefined) return undefined
  const key = process.env[keyFrom]
  if (key !== undefined && key !== '') return key
  throw new PlimsollError('invalid-input', 'The key of the grader is not there', {
    found: `the environment variable ${keyFrom} is not set`,
    fix: `Set ${keyFrom}, or leave keyFrom out where the endpoint wants no key.`,
  })
}
