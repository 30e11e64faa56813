/** Answers that a fit reads or trains on: those given, and the model's own where none are. */
import type { Model, Prompt } from '../../engine/types.ts'
import type { RunOptions } from '../../progress.ts'

/** Tokens of an answer that the model writes itself. */
export const ANSWER_TOKENS = 32

/** One for each prompt, cut at `maxTokens`. */
export async function ownAnswers(
  model: Pick<Model, 'generate'>,
  prompts: readonly Prompt[],
  given: readonly (string | null)[] | undefined,
  { signal, onProgress }: RunOptions,
  maxTokens: number = ANSWER_TOKENS,
): Promise<string[]> {
  const missing = prompts.filter((_, i) => (given?.[i] ?? null) === null)
  const answers = missing.length === 0 ? [] : await model.generate(missing, { maxTokens, signal, onProgress })
  const written = answers.map(({ text }) => text)
  return prompts.map((_, i) => given?.[i] ?? written.shift() ?? '')
}
