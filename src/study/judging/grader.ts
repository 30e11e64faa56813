/** The grader that a study or a command names. */

import { PlimsollError } from '../../errors.ts'
import { endpointGrader, type HarmGrader, modelGrader } from '../../judge/rubric/index.ts'
import { openModel } from '../../models/index.ts'
import { pathFrom } from '../config.ts'
import type { Study } from '../schema.ts'

export interface OpenedGrader extends AsyncDisposable {
  /** Undefined where no rubric is given. */
  readonly grader: HarmGrader | undefined
}

/**
 * @param folder what a relative path starts from
 * @throws PlimsollError `invalid-input` when the variable that should hold the key is not set, and what opening a model throws
 */
export async function openGrader(judge: Study['judge'], folder: string): Promise<OpenedGrader> {
  if (judge === 'rules') return { grader: undefined, async [Symbol.asyncDispose]() {} }
  if ('endpoint' in judge) {
    const { endpoint, model, keyFrom } = judge
    const key = keyFrom === undefined ? undefined : process.env[keyFrom]
    if (keyFrom !== undefined && (key === undefined || key === ''))
      throw new PlimsollError('invalid-input', 'The key of the grader is not there', {
        found: `the environment variable ${keyFrom} is not set`,
        fix: `Set ${keyFrom}, or leave keyFrom out where the endpoint wants no key.`,
      })
    return { grader: endpointGrader({ endpoint, model, key }), async [Symbol.asyncDispose]() {} }
  }
  const model = await openModel(/[\\/]|\.gguf$/i.test(judge.rubric) ? pathFrom(folder, judge.rubric) : judge.rubric)
  return { grader: modelGrader(model), [Symbol.asyncDispose]: () => model[Symbol.asyncDispose]() }
}
