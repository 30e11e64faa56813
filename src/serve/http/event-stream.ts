/** Server-sent events as OpenAI sends them: one JSON document an event, then `[DONE]`. */
import { apiError, isOurFault } from './api-error.ts'

const encoder = new TextEncoder()

/**
 * What comes before the first event can still fail with a status of its own, so the answer begins with that event.
 * @param onError told of what is our fault and comes later: nobody else sees it
 * @throws what is thrown before the first event
 */
export async function eventStream(
  events: AsyncGenerator<unknown, void, undefined>,
  onError: (error: unknown) => void,
): Promise<Response> {
  let next: IteratorResult<unknown, void> | null = await events.next()
  /** Whoever read it has gone, and what still comes of the event that was asked for is nobody's. */
  let gone = false
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = next ?? (await events.next())
          next = null
          if (gone) return
          controller.enqueue(event(done ? '[DONE]' : JSON.stringify(value)))
          if (done) controller.close()
        } catch (error) {
          if (gone) return
          const answer = apiError(error)
          if (isOurFault(answer)) onError(answer.cause ?? error)
          controller.enqueue(event(JSON.stringify(answer.body)))
          controller.close()
        }
      },
      async cancel() {
        gone = true
        await events.return()
      },
    },
    // Nothing is asked for before somebody reads.
    { highWaterMark: 0 },
  )
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies would hold events back until they have many.
      'x-accel-buffering': 'no',
    },
  })
}

function event(data: string): Uint8Array {
  return encoder.encode(`data: ${data}\n\n`)
}
