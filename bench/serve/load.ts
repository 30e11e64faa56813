/** So many clients of one OpenAI-compatible server, each asking again as soon as it is answered. */
import { z } from 'zod'

export interface Load {
  /** Such as `http://127.0.0.1:8080/v1`. */
  readonly url: string
  readonly clients: number
  /** Requests of each client, one after the other. */
  readonly requests: number
  /** The body of a request: of client c, its r-th. */
  readonly body: (client: number, request: number) => Readonly<Record<string, unknown>>
}

export interface Carried {
  /** Generated tokens of all clients per second. */
  readonly tokensPerSecond: number
  /** Seconds from a request to the first text of its answer: their mean over all requests. */
  readonly firstToken: number
  readonly tokens: number
}

const Piece = z.object({
  choices: z.array(z.object({ text: z.string().nullish() })),
  usage: z.object({ completion_tokens: z.int() }).nullish(),
})

export async function carry({ url, clients, requests, body }: Load): Promise<Carried> {
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const own = []
      for (let request = 0; request < requests; request++) own.push(await ask(url, body(client, request)))
      return own
    }),
  )
  const seconds = (performance.now() - began) / 1000
  const all = answers.flat()
  const tokens = all.reduce((sum, answer) => sum + answer.tokens, 0)
  return {
    tokens,
    tokensPerSecond: tokens / seconds,
    firstToken: all.reduce((sum, answer) => sum + answer.firstToken, 0) / all.length,
  }
}

async function ask(
  url: string,
  body: Readonly<Record<string, unknown>>,
): Promise<{ tokens: number; firstToken: number }> {
  const began = performance.now()
  const response = await fetch(`${url}/completions`, {
    method: 'POST',
    // A connection that was kept may be closed by the other side just as it is used again.
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
  })
  if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`)
  let firstToken: number | null = null
  let tokens = 0
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('data: {')) continue
      const { choices, usage } = Piece.parse(JSON.parse(line.slice('data: '.length)))
      if (choices.some(choice => choice.text)) firstToken ??= (performance.now() - began) / 1000
      tokens = usage?.completion_tokens ?? tokens
    }
  }
  return { tokens, firstToken: firstToken ?? (performance.now() - began) / 1000 }
}
