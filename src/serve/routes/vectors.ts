/** Vectors while the server runs. */
import { z } from 'zod'
import { layersOf, vectorBytes } from '../../steer/index.ts'
import { bytesRoute, jsonRoute, type Route, route } from '../http/route.ts'
import type { Service } from '../service.ts'
import { Standard, VectorInfo, VectorList } from '../vectors/info.ts'
import { VectorName } from '../vectors/names.ts'
import type { Shelved } from '../vectors/shelf.ts'

const params = { name: VectorName }

export function infoOf({ name, vector, bytes, measured }: Shelved, { shelf }: Service): VectorInfo {
  const { method, tool, model, data, system, note } = vector.provenance
  return {
    name,
    object: 'vector',
    edit: vector.edit,
    method,
    tool,
    model: { name: model.name, layers: model.layers },
    layers: layersOf([vector]),
    prompts: { positive: data.positive, negative: data.negative },
    system,
    note,
    bytes,
    default_strength: shelf.standard.find(one => one.vector === name)?.strength ?? null,
    measured: measured.map(({ run, study, condition, strength, verdict, sentence }) => ({
      run,
      study,
      condition,
      strength,
      verdict,
      sentence,
    })),
  }
}

/** A store that cannot be read leaves vectors as they were. */
async function refreshed({ shelf, onError }: Service): Promise<void> {
  await shelf.refresh().catch(onError)
}

const info = (status: number, says: string) => ({ status, type: 'application/json', schema: VectorInfo, says })

export const vectorRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/vectors',
    summary: 'The vectors that requests can name',
    answer: {
      status: 200,
      type: 'application/json',
      schema: VectorList,
      says: 'All of them.',
    },
    handle: async (_asked, service) => {
      await refreshed(service)
      return Response.json({ object: 'list', data: service.shelf.list().map(shelved => infoOf(shelved, service)) })
    },
  }),
  bytesRoute({
    method: 'post',
    path: '/v1/vectors',
    summary: 'Upload a vector: the bytes of a .safetensors file made by Plimsoll on this very model',
    query: { name: VectorName },
    answer: info(201, 'It is there until the server stops; nothing is written to a disk.'),
    handle: async ({ body, query }, service) => {
      const shelved = await service.shelf.upload(query('name') ?? '', body)
      return Response.json(infoOf(shelved, service), { status: 201 })
    },
  }),
  route({
    method: 'get',
    path: '/v1/vectors/{name}',
    summary: 'One vector',
    params,
    answer: info(200, 'What is known of it.'),
    handle: async ({ param }, service) => {
      await refreshed(service)
      return Response.json(infoOf(service.shelf.get(param('name')), service))
    },
  }),
  route({
    method: 'get',
    path: '/v1/vectors/{name}/file',
    summary: 'Download a vector',
    params,
    answer: { status: 200, type: 'application/octet-stream', says: 'A .safetensors file.' },
    handle: ({ param }, { shelf }) => {
      const { name, vector } = shelf.get(param('name'))
      return new Response(Buffer.from(vectorBytes(vector)), {
        headers: {
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename="${name}.safetensors"`,
        },
      })
    },
  }),
  jsonRoute({
    method: 'patch',
    path: '/v1/vectors/{name}',
    summary: 'Rename a vector',
    params,
    body: z.strictObject({ name: VectorName }),
    answer: info(200, 'The vector under its new name.'),
    handle: ({ param, body }, service) =>
      Response.json(infoOf(service.shelf.rename(param('name'), body.name), service)),
  }),
  route({
    method: 'delete',
    path: '/v1/vectors/{name}',
    summary: 'Remove a vector',
    params,
    answer: {
      status: 200,
      type: 'application/json',
      schema: z.object({ name: z.string(), object: z.literal('vector'), deleted: z.literal(true) }),
      says: 'It is gone; requests that it steers already are finished with it.',
    },
    handle: ({ param }, { shelf }) => {
      shelf.remove(param('name'))
      return Response.json({ name: param('name'), object: 'vector', deleted: true })
    },
  }),
  route({
    method: 'get',
    path: '/v1/steering/default',
    summary: 'What steers the model `default`',
    answer: { status: 200, type: 'application/json', schema: Standard, says: 'Vectors in the order they act.' },
    handle: (_asked, { shelf }) => Response.json({ steering: shelf.standard }),
  }),
  jsonRoute({
    method: 'put',
    path: '/v1/steering/default',
    summary: 'Make vectors the default; an empty list: none',
    body: Standard,
    answer: { status: 200, type: 'application/json', schema: Standard, says: 'What holds from the next request on.' },
    handle: ({ body }, { shelf }) => {
      shelf.setStandard(body.steering)
      return Response.json({ steering: shelf.standard })
    },
  }),
]
