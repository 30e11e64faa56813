/** Asks a local model about answers: what fails is told beside the others, and ends nothing. */
import type { GenerateOptions, Generation, Model, Prompt } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { FAILED } from './grader.ts'

/** What was written, or why nothing was. */
export type Written = (Generation & { readonly why?: undefined }) | { readonly text?: undefined; readonly why: string }

/** @throws PlimsollError `cancelled`, and what is no PlimsollError */
export async function askModel(
  model: Pick<Model, 'generate'>,
  prompts: readonly Prompt[],
  options: Pick<GenerateOptions, 'maxTokens' | 'sampling' | 'signal'>,
): Promise<Written[]> {
  if (prompts.length === 0) return []
  try {
    const generations = await model.generate(prompts, { ...options, failures: 'return' })
    return generations.map(one => (one.error === undefined ? one : { why: reasonOf(one.error) }))
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code === 'cancelled') throw error
    const why = reasonOf(error)
    return prompts.map(() => ({ why }))
  }
}

/** Only a crash or a lack of memory may end otherwise at another time. */
function reasonOf({ code }: PlimsollError): string {
  return code === 'engine-crashed' || code === 'out-of-memory' ? `${FAILED}${code}` : code
}
