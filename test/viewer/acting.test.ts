import { expect, test } from 'vitest'
import { withoutMissing } from '../../web/src/playground/acting.ts'

const stack = ['here', 'coming', 'nowhere'].map(name => ({ name, strength: 1, on: true }))
const taking = new Set(['coming'])

test('a vector that is nowhere is left out of what is asked', () => {
  const vectors = { served: [{ name: 'here', edit: 'add', method: 'diffmean', known: [] }] }
  expect(withoutMissing(stack, { vectors, taking }).map(({ name }) => name)).toEqual(['here', 'coming'])
})

test('nothing is missing before it is known what there is', () => {
  expect(withoutMissing(stack, { vectors: null, taking: new Set() })).toEqual(stack)
})
