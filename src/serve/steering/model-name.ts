/** `default+compliance@1.5`: steering for clients that can send nothing but the name of a model. */
import { ApiError } from '../http/api-error.ts'
import { type NamedVector, parseNamedVector } from '../vectors/names.ts'

/** The model as the server was told to steer it. */
export const DEFAULT = 'default'

export interface ParsedName {
  /** `default`: what was made default holds where nothing else is said. `own`: the model as it is. */
  readonly base: 'default' | 'own'
  /** null where the name says nothing of vectors. */
  readonly vectors: readonly NamedVector[] | null
}

/**
 * @param own the model's own name, in which there may be a `+`
 * @throws ApiError 404 for another model, 400 for what is no vector and strength
 */
export function parseModelName(text: string, own: string): ParsedName {
  const name = [own, DEFAULT].find(one => text === one || text.startsWith(`${one}+`))
  if (name === undefined) {
    throw new ApiError(404, `There is no model ${JSON.stringify(text)}; there are ${own} and ${DEFAULT}`, {
      param: 'model',
      code: 'model_not_found',
      fix: `Ask for ${DEFAULT}, or ${DEFAULT}+VECTOR@STRENGTH; GET /v1/models lists them.`,
    })
  }
  const base = name === own ? 'own' : 'default'
  if (text === name) return { base, vectors: null }
  return {
    base,
    vectors: text
      .slice(name.length + 1)
      .split('+')
      .map(namedVector),
  }
}

function namedVector(text: string): NamedVector {
  const named = parseNamedVector(text)
  if (named !== null) return named
  throw new ApiError(400, `${JSON.stringify(text)} is not a vector and a strength, as in compliance@1.5`, {
    param: 'model',
    code: 'invalid_value',
  })
}
