/** Hidden states of prompts at a where-clause, as they are or as they are steered. */
import { z } from 'zod'
import { Where } from '../../engine/where.ts'
import { ApiError } from '../http/api-error.ts'
import { type Asked, jsonRoute, type Route } from '../http/route.ts'
import { ChatMessage, messageOf } from '../openai/messages.ts'
import { computing, type Service, takeTurn } from '../service.ts'
import { resolveRequest } from '../steering/resolve.ts'
import { SteeringField } from '../steering/schema.ts'

const Input = z.union([
  z.string().min(1).describe('One message of the user.'),
  z.strictObject({ raw: z.string().min(1) }).describe('Text that no chat template touches.'),
  z.strictObject({ messages: z.array(ChatMessage).min(1).max(1000) }),
])
const Request = z.strictObject({
  model: z.string().min(1).max(300),
  input: z.array(Input).min(1).max(64),
  where: Where,
  reduce: z.enum(['none', 'mean', 'last']).default('mean').describe('Over the selected tokens of a prompt.'),
  encoding_format: z
    .enum(['float', 'base64'])
    .default('float')
    .describe('base64: 32-bit floats, little-endian, rows one after the other.'),
  steering: SteeringField,
})
const Answer = z.object({
  object: z.literal('list'),
  model: z.string(),
  site: z.string(),
  layers: z.array(z.int()).describe('In the order of `states`; −1: the embedding.'),
  width: z.int(),
  data: z.array(
    z.object({
      index: z.int(),
      positions: z.array(z.int()).describe('Of the selected tokens.'),
      states: z
        .array(z.union([z.array(z.array(z.number())), z.string()]))
        .describe('By layer: rows of `width` values.'),
    }),
  ),
})

/** Values in one answer: 64 MB as numbers in text. */
const mostValues = 4 << 20

async function hiddenStates(asked: Asked<z.output<typeof Request>>, service: Service): Promise<Response> {
  const { body, client, signal } = asked
  const { steering } = resolveRequest(body.model, body.steering, service)
  const { model } = service
  const prompts = body.input.map(input =>
    typeof input === 'string' || 'raw' in input ? input : { messages: input.messages.map(messageOf), tools: [] },
  )
  using turn = await takeTurn(service, client, 1, signal)
  const capture = await computing(service, signal, async () => {
    const lengths = await Promise.all(prompts.map(async prompt => (await model.render(prompt)).tokens.length))
    const rows = body.reduce === 'none' ? lengths.reduce((sum, length) => sum + length, 0) : prompts.length
    checkSize(rows, body.where, service)
    return await model.capture(prompts, body.where, { reduce: body.reduce, steering, signal: turn.signal })
  })
  const { site, layers, width } = capture
  const encode = (states: Float32Array) => (body.encoding_format === 'base64' ? base64(states) : rowsOf(states, width))
  const answer: z.output<typeof Answer> = {
    object: 'list',
    model: body.model,
    site,
    layers: [...layers],
    width,
    data: capture.states.map((states, index) => ({
      index,
      positions: [...(capture.positions[index] ?? [])],
      states: states.map(encode),
    })),
  }
  return Response.json(answer)
}

function checkSize(rows: number, { layers, site }: Where, { model: { info } }: Service): void {
  const found = info.sites.find(one => one.site === site)
  const count = Array.isArray(layers)
    ? layers.length
    : layers === 'all'
      ? (found?.layers.length ?? 1)
      : Math.max(0, layers.to - layers.from + 1)
  const values = rows * Math.min(count, info.layers) * (found?.width ?? info.width) * (found?.heads ?? 1)
  if (values <= mostValues) return
  throw new ApiError(413, `That would be up to ${values} values; at most ${mostValues} are told at once`, {
    param: 'where',
    code: 'too_many_values',
    fix: 'Name fewer layers, send fewer prompts, or reduce over the tokens.',
  })
}

function rowsOf(states: Float32Array, width: number): number[][] {
  return Array.from({ length: states.length / width }, (_, row) => [...states.subarray(row * width, (row + 1) * width)])
}

function base64({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

export const hiddenStateRoutes: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/v1/hidden-states',
    summary: 'Read hidden states',
    body: Request,
    answer: { status: 200, type: 'application/json', schema: Answer, says: 'One entry for each prompt.' },
    handle: hiddenStates,
  }),
]
