import { expect, test } from 'vitest'
import { readCalls } from './calls.ts'

const names = new Set(['weather', 'time'])
const call = (name: string, given: object) => `<tool_call>\n${JSON.stringify({ name, arguments: given })}\n</tool_call>`
const read = (text: string) => {
  const { content, calls } = readCalls(text, names)
  return { content, calls: calls.map(one => [one.function.name, JSON.parse(one.function.arguments)]) }
}

test('calls are read, and what stands before them', () => {
  expect(read(call('weather', { place: 'Ulm' }))).toEqual({ content: null, calls: [['weather', { place: 'Ulm' }]] })
  expect(read(`Let me see.\n${call('weather', { a: 1 })}\n${call('time', {})}`)).toEqual({
    content: 'Let me see.',
    calls: [
      ['weather', { a: 1 }],
      ['time', {}],
    ],
  })
  // Cut before its end mark, which may itself have been the end.
  expect(read(call('time', {}).replace('\n</tool_call>', '')).calls).toEqual([['time', {}]])
})

test.each([
  ['plain text', 'It is warm.'],
  ['a tool that is not there', call('shell', {})],
  ['no JSON', '<tool_call>\nweather(Ulm)\n</tool_call>'],
  ['arguments that are no object', '<tool_call>\n{"name":"time","arguments":[1]}\n</tool_call>'],
])('%s stays as it was written', (_, text) => {
  expect(read(text)).toEqual({ content: text, calls: [] })
})
