/** What can be asked for by name: the model, and the model with each vector. */
import { z } from 'zod'
import { type Route, route } from '../http/route.ts'
import type { Service } from '../service.ts'
import { DEFAULT, parseModelName } from '../steering/model-name.ts'

const Model = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
  plimsoll: z.object({
    architecture: z.string(),
    layers: z.int(),
    width: z.int(),
    context_length: z.int(),
    quantisation: z.string(),
    fingerprint: z.string(),
    sites: z.array(z.unknown()).describe('What a where-clause can name.'),
  }),
})

function modelOf(id: string, { model: { info }, started }: Service): z.output<typeof Model> {
  const { architecture, layers, width, contextLength, quantisation, fingerprint, sites } = info
  return {
    id,
    object: 'model',
    created: started,
    owned_by: 'plimsoll',
    plimsoll: {
      architecture,
      layers,
      width,
      context_length: contextLength,
      quantisation,
      fingerprint,
      sites: [...sites],
    },
  }
}

export const modelRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/models',
    summary: 'The model, and the model with each vector',
    answer: {
      status: 200,
      type: 'application/json',
      schema: z.object({ object: z.literal('list'), data: z.array(Model) }),
      says: 'The model as it is, as it is steered by default, and with each vector.',
    },
    handle: (_asked, service) => {
      const ids = [service.name, DEFAULT, ...service.shelf.list().map(({ name }) => `${DEFAULT}+${name}`)]
      return Response.json({ object: 'list', data: ids.map(id => modelOf(id, service)) })
    },
  }),
  route({
    method: 'get',
    path: '/v1/models/{model}',
    summary: 'One of them',
    params: { model: z.string().min(1).max(300) },
    answer: { status: 200, type: 'application/json', schema: Model, says: 'What is known of it.' },
    handle: ({ param }, service) => {
      const { vectors } = parseModelName(param('model'), service.name)
      for (const { vector } of vectors ?? []) service.shelf.get(vector)
      return Response.json(modelOf(param('model'), service))
    },
  }),
]
