/** The OpenAPI document: made of the very schemas that check what comes. */
import { z } from 'zod'
import { toolVersion } from '../version.ts'
import type { Route } from './http/route.ts'

export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Plimsoll',
      version: toolVersion,
      description: 'An OpenAI-compatible server that steers each request.',
    },
    paths,
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    security: [{ key: [] }, {}],
  }
}

function operation({ summary, params = {}, query = {}, body, answer, open }: Route): object {
  const parameters = [...parametersOf('path', params), ...parametersOf('query', query)]
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== null && {
      requestBody: {
        required: true,
        content: {
          [body.type]: {
            schema: body.schema === null ? { type: 'string', format: 'binary' } : schemaOf(body.schema, 'input'),
          },
        },
      },
    }),
    responses: {
      [answer.status]: {
        description: answer.says,
        content: { [answer.type]: answer.schema === undefined ? {} : { schema: schemaOf(answer.schema, 'output') } },
      },
      default: {
        description: 'What went wrong, in the form of OpenAI.',
        content: { 'application/json': { schema: errorSchema } },
      },
    },
    ...(open && { security: [] }),
  }
}

function parametersOf(place: 'path' | 'query', schemas: Readonly<Record<string, z.ZodType>>): object[] {
  return Object.entries(schemas).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || !schema.safeParse(undefined).success,
    schema: schemaOf(schema, 'input'),
  }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

const errorSchema = schemaOf(
  z.object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
      fix: z.string().optional().describe('What can be done next.'),
    }),
  }),
  'output',
)
