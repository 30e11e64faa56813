/** What is fitted: a method and what it is told. */
import { isTrainedThrough, needsAnswers, type OwnParameters, TokensSaid, tokensOf } from '../../steer/index.ts'
import type { MethodParameters } from '../schema.ts'

/** A method and what it is told. */
export interface Recipe {
  /** One of Plimsoll's, or the path of a module as the study has it. */
  readonly method: string
  readonly parameters: MethodParameters | OwnParameters
}

/** Equal for conditions that fit the same. */
export function recipeKey({ method, parameters }: Recipe): string {
  return `${method} ${JSON.stringify(Object.entries(parameters).sort())}`
}

/** Whether a recipe is trained on answers, or reads tokens that only answers have. */
export function usesAnswers({ method, parameters }: Recipe): boolean {
  if (isTrainedThrough(method)) return true
  const told = TokensSaid.safeParse(parameters.tokens)
  return told.success && needsAnswers(tokensOf(told.data))
}
