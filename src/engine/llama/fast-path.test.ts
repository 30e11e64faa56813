import { expect, test } from 'vitest'
import { placeKey } from '../place.ts'
import { FastPath } from './fast-path.ts'
import type { StateVisitor } from './state-callback.ts'

/** An architecture in which llama.cpp's control vector does nothing: states are the same with it and without. */
function deaf() {
  const info = { layers: 4, width: 4, sites: [] }
  const context = {
    visitor: null as StateVisitor | null,
    setSharedVector() {},
    truncate() {},
    decodeSequence() {
      for (const layer of [0, 1, 2, 3]) {
        const place = placeKey('residual', layer)
        if (this.visitor?.wants(place)) this.visitor.visit(place, Float32Array.of(1, 2, 3, 4), 4, [])
      }
    },
  }
  return { info, vocabulary: { bos: 0 }, context: () => context }
}

test('a vector of strength 0 proves nothing of a layer', () => {
  const path = new FastPath('use')
  const unit = Float32Array.of(1, 0, 0, 0)
  const isShared = (strength: number) => {
    const vector = { edit: 'add', where: { layers: [2] }, directions: { unit, scale: 2 } }
    const written = [{ vector, strength }]
    const requests = [{ rendered: { startsWithBos: false }, written, steering: null, shared: null }]
    const [taken] = path.take(deaf() as never, requests as never)
    return taken?.shared !== null
  }
  isShared(0)
  expect(isShared(2)).toBe(false)
})
