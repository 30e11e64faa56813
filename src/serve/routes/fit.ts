/** Makes a vector of two sides of prompts on the served model, in its turn among the other requests. */
import { z } from 'zod'
import type { Progress } from '../../progress.ts'
import { closedForms, fit, isFitMethod, type Vector } from '../../steer/index.ts'
import { candidateLayers } from '../../study/layers.ts'
import { channel } from '../generation/channel.ts'
import { ApiError } from '../http/api-error.ts'
import { eventStream } from '../http/event-stream.ts'
import { type Asked, jsonRoute, type Route } from '../http/route.ts'
import { computing, type Service, takeTurn } from '../service.ts'
import { type FitProgress, VectorInfo } from '../vectors/info.ts'
import { VectorName } from '../vectors/names.ts'
import { infoOf } from './vectors.ts'

const Side = z.array(z.string().min(1).max(20_000)).min(1).max(1024)
const FitRequest = z.strictObject({
  name: VectorName.describe('Under which it is there afterwards.'),
  method: z.enum(closedForms).default('diffmean'),
  layer: z.int().min(0).max(1000).optional().describe('Default: the middle of those that a study would try.'),
  positive: Side.describe('Show what there shall be more of.'),
  negative: Side.describe('Show its opposite.'),
  system: z.string().min(1).max(20_000).optional().describe('System prompt under which it is fitted.'),
  stream: z.boolean().default(false),
})
type FitRequest = z.output<typeof FitRequest>

async function fitted(
  { body, client, signal }: Asked<FitRequest>,
  service: Service,
  onProgress?: (event: Progress) => void,
): Promise<VectorInfo> {
  const { name, method, positive, negative, system } = body
  const { model, shelf } = service
  const layer = layerOf(body, service)
  if (!isFitMethod(method)) throw new ApiError(400, `There is no method ${method}`, { param: 'method' })
  // Before the work, not after it.
  shelf.checkFree(name)
  // Without a chat template there is no place after the instruction that could be read.
  const chats = model.info.hasChatTemplate
  const sides = (prompts: readonly string[]) => (chats ? prompts : prompts.map(raw => ({ raw })))
  using turn = await takeTurn(service, client, 1, signal)
  const vector: Vector = await computing(service, signal, () =>
    fit(
      model,
      {
        method,
        layer,
        positive: sides(positive),
        negative: sides(negative),
        ...(!chats && { tokens: 'last' }),
        ...(system !== undefined && { system }),
      },
      { signal: turn.signal, onProgress },
    ),
  )
  return infoOf(await shelf.add(name, vector), service)
}

function layerOf({ layer }: FitRequest, { model: { info } }: Service): number {
  const [middle = 0] = candidateLayers({ layers: 1 }, info.layers)
  if (layer === undefined || layer < info.layers) return layer ?? middle
  throw new ApiError(400, `layer: the model has layers 0 to ${info.layers - 1}`, {
    param: 'layer',
    code: 'invalid_value',
  })
}

/** How far it is, and then the vector. */
async function* events(
  asked: Asked<FitRequest>,
  service: Service,
): AsyncGenerator<FitProgress | VectorInfo, void, undefined> {
  const told = channel<FitProgress>()
  const fitting = fitted(asked, service, ({ done, total, detail }) =>
    told.push({ object: 'fit.progress', done, total, ...(detail !== undefined && { detail }) }),
  ).finally(told.end)
  fitting.catch(() => undefined)
  yield* told
  yield await fitting
}

export const fitRoutes: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/v1/fit',
    summary: 'Make a vector of prompts on two sides',
    body: FitRequest,
    answer: {
      status: 200,
      type: 'application/json',
      schema: VectorInfo,
      says: 'The vector, which is there until the server stops; with `stream` as server-sent events, progress before it.',
    },
    handle: async (asked, service) =>
      asked.body.stream
        ? eventStream(events(asked, service), service.onError)
        : Response.json(await fitted(asked, service)),
  }),
]
