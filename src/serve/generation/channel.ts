/** Events from a call that tells them by listener, for somebody who asks for one after the other. */

export interface Channel<T> extends AsyncIterable<T> {
  push(event: T): void
  /** Nothing comes any more. */
  end(): void
}

export function channel<T>(): Channel<T> {
  const events: T[] = []
  let ended = false
  let wake = () => {}
  return {
    push(event) {
      events.push(event)
      wake()
    },
    end() {
      ended = true
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        // All that came at once, so that a reader who is slow does not shift a long list.
        yield* events.splice(0)
        if (events.length > 0) continue
        if (ended) return
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  }
}
