/** `response_format`: the form that an answer has to have. */
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { anyObjectGrammar, schemaGrammar } from '../json-schema/grammar.ts'

export const ResponseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string().max(64),
      description: z.string().max(1000).optional(),
      schema: z.record(z.string(), z.unknown()).describe('A JSON Schema; what cannot be said in a grammar is refused.'),
      strict: z.boolean().nullish().describe('Taken and ignored: an answer always keeps to the schema.'),
    }),
  }),
])

/** The grammar of a request, of the one kind or the other; null where there is none. @throws ApiError 400 for both */
export function grammarOf(
  grammar: string | null | undefined,
  format: z.output<typeof ResponseFormat> | null | undefined,
): string | null {
  const made = format ? grammarOfFormat(format) : null
  if (made !== null && grammar) {
    throw new ApiError(400, 'grammar and response_format cannot both say what an answer is like', {
      param: 'response_format',
      code: 'invalid_value',
    })
  }
  return made ?? grammar ?? null
}

function grammarOfFormat(format: z.output<typeof ResponseFormat>): string | null {
  switch (format.type) {
    case 'text':
      return null
    case 'json_object':
      return anyObjectGrammar()
    case 'json_schema':
      return schemaGrammar(format.json_schema.schema, 'response_format')
  }
}
