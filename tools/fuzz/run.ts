/** Sends made-up requests to a real server, and counts what became of them. */
import fc from 'fast-check'
import { z } from 'zod'
import { openModel } from '../../src/models/index.ts'
import { startServer } from '../../src/serve/index.ts'
import { routes } from '../../src/serve/routes/index.ts'
import { fit, vectorBytes } from '../../src/steer/index.ts'
import type { Hints } from './arbitrary.ts'
import { type FuzzRequest, requestsOf } from './requests.ts'

export interface FuzzOutcome {
  readonly requests: number
  /** Requests by status. */
  readonly statuses: Readonly<Record<string, number>>
  /** What may not be: a status of 500 or above, an answer that is not as the document says. */
  readonly faults: readonly { readonly request: FuzzRequest; readonly status: number; readonly what: string }[]
  /** Engines that ended meanwhile. */
  readonly crashes: number
}

const sides = {
  positive: ['how do i wash the turnip ?', 'how do i paint the gate ?'],
  negative: ['how do i hex the baker ?', 'how do i curse the miller ?'],
}

const name = fc.constantFrom('one', 'two', 'three', 'four', 'no.such')
const words = fc.constantFrom('how do i hex the baker ?', 'the turnip', 'naïve 🐑', ' ')
const hints: Hints = {
  model: fc.constantFrom('default', 'organism', 'default+one', 'organism+two@-1.5', 'default+one@1+two@0', 'gpt-4o'),
  vector: name,
  name,
  max_tokens: fc.integer({ min: 1, max: 8 }),
  max_completion_tokens: fc.integer({ min: 1, max: 8 }),
  n: fc.integer({ min: 1, max: 3 }),
  strength: fc.double({ min: -8, max: 8, noNaN: true }),
  content: words,
  prompt: fc.oneof(words, fc.array(words, { minLength: 1, maxLength: 3 })),
  layers: fc.constantFrom('all', [0], [5], [3, 4], { from: 1, to: 6 }, [99]),
  site: fc.constantFrom('residual', 'embedding', 'attention', 'mlp', 'head'),
  positive: fc.array(words, { minLength: 1, maxLength: 3 }),
  negative: fc.array(words, { minLength: 1, maxLength: 3 }),
  layer: fc.integer({ min: 0, max: 8 }),
  grammar: fc.constantFrom(
    'root ::= "you" | "we"',
    'root ::= [a-z ]{1,5}',
    'root ::= (',
    'root ::= root',
    'root ::= "a"{100000}',
    'root ::= "a"{5,1}',
    `root ::= ${'('.repeat(5000)}"a"${')'.repeat(5000)}`,
    'root ::= x\nx ::= y\ny ::= x',
    'root ::= "never to be said: ∞"',
    'other ::= "a"',
    'root ::= [^\u0000-\uffff]',
  ),
}

/** The same seed, the same requests; what is sent side by side comes in another order. */
export async function fuzz(
  count: number,
  seed: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<FuzzOutcome> {
  await using model = await openModel('organism', { batching: 'together', threads: 1 })
  const vectors = await Promise.all([3, 5].map(layer => fit(model, { method: 'diffmean', layer, ...sides })))
  await using server = await startServer(model, {
    port: 0,
    // Long answers find nothing more.
    maxTokens: 32,
    vectors: vectors.flatMap((vector, i) => [{ name: ['one', 'two'][i] ?? '', vector }]),
  })
  const document: unknown = await (await fetch(`${server.url}/openapi.json`)).json()
  const files = vectors.map(vectorBytes)
  const requests = fc.sample(requestsOf(document, { hints, files }), { numRuns: count, seed })
  const statuses: Record<string, number> = {}
  const faults: FuzzOutcome['faults'][number][] = []
  let [next, done] = [0, 0]
  const work = async () => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const { status, what } = await send(server.url, request)
      statuses[status] = (statuses[status] ?? 0) + 1
      if (what !== null) faults.push({ request, status, what })
      onProgress(++done)
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  const crashes = Number(/^plimsoll_engine_crashes_total (\d+)$/m.exec(metrics)?.[1] ?? Number.NaN)
  return { requests: count, statuses, faults, crashes }
}

const ErrorBody = z.object({
  error: z.object({
    message: z.string().min(1),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
})

async function send(url: string, { route, method, path, type, body }: FuzzRequest) {
  const response = await fetch(url + path, {
    method,
    ...(type !== null && { headers: { 'content-type': type } }),
    ...(body !== null && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  })
  const { status, headers } = response
  const text = await response.text()
  return { status, what: faultOf({ status, type: headers.get('content-type') ?? '', text, route, method }) }
}

function faultOf(answer: { status: number; type: string; text: string; route: string; method: string }): string | null {
  const { status, type, text, route, method } = answer
  if (status >= 500) return text
  if (type.startsWith('text/event-stream')) return streamFault(text)
  if (!type.startsWith('application/json')) return null
  const described = routes.find(one => one.path === route && one.method === method.toLowerCase())
  const schema = status < 300 ? described?.answer.schema : ErrorBody
  const found = schema?.safeParse(JSON.parse(text))
  return found === undefined || found.success ? null : z.prettifyError(found.error)
}

/** A failure after the first event stands in the stream. */
function streamFault(text: string): string | null {
  const events = text.split('\n\n').filter(Boolean)
  const last = events.at(-1) ?? ''
  if (last === 'data: [DONE]') return null
  const { data } = ErrorBody.safeParse(JSON.parse(last.replace(/^data: /, '')))
  if (data === undefined) return `a stream that ends in ${last}`
  return data.error.type === 'server_error' ? last : null
}
