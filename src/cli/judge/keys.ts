/** Keys as they are pressed on a terminal, or as they come through a pipe. */
import type { Readable } from 'node:stream'

export interface Keys extends AsyncDisposable {
  /** The next key; null when there are no more, or on Ctrl-C. */
  next(): Promise<string | null>
}

/** Standard input: a terminal, a pipe or a file. */
export interface KeySource extends Readable {
  readonly isTTY?: boolean
  setRawMode?(on: boolean): unknown
}

/** Line ends and other white space of a pipe are no keys. On a terminal keys count without Enter. */
export function keysFrom(stream: KeySource): Keys {
  const terminal = stream.isTTY === true ? stream : null
  terminal?.setRawMode?.(true)
  stream.setEncoding('utf8')
  const chunks = stream[Symbol.asyncIterator]()
  let waiting: string[] = []
  return {
    async next() {
      for (;;) {
        const key = waiting.shift()
        if (key === '\u0003' || key === '\u0004') return null
        if (key !== undefined) return key
        const { done, value } = await chunks.next()
        if (done === true) return null
        // An arrow or a function key comes as one escape sequence, and is no key of ours.
        const text = String(value)
        waiting = text.startsWith('\u001b') ? [] : [...text].filter(character => !/\s/.test(character))
      }
    },
    async [Symbol.asyncDispose]() {
      terminal?.setRawMode?.(false)
      await chunks.return?.()
      stream.pause()
    },
  }
}
