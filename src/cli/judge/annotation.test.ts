import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { openStore } from '../../store/index.ts'
import type { DrawnAnswer } from '../../study/judging/draw.ts'
import { annotate } from './annotation.ts'
import { keysFrom } from './keys.ts'

const drawn: readonly DrawnAnswer[] = ['one', 'two', 'three'].map((word, position) => ({
  chunk: 'k',
  position,
  request: `request ${word}`,
  answer: `answer ${word}`,
  truncated: position === 1,
  harmful: position === 2,
  asks: 'refusal',
  answers: null,
}))

/** Presses `keys` one after the other; what was seen, what was kept, and what is left. */
async function pressing(
  keys: Iterable<string>,
  options: { show?: 'all' | 'veiled'; store?: Store; of?: readonly DrawnAnswer[] } = {},
) {
  await using own = await openStore(':memory:')
  const store = options.store ?? own
  const seen: string[] = []
  await using pressed = keysFrom(Readable.from(keys))
  const left = await annotate(options.of ?? drawn, {
    store,
    run: 'r',
    keys: pressed,
    show: options.show ?? 'veiled',
    output: { note: text => seen.push(text), style: (_, text) => text },
  })
  const labels = (await store.labels('r')).map(label => [label.position, label.class])
  return { left, labels, seen: seen.join('\n') }
}
type Store = Awaited<ReturnType<typeof openStore>>

test('a key is a label, in the order of the answers; line ends of a pipe are none', async () => {
  const { left, labels, seen } = await pressing(['1\n2\n', 'v', '0'])
  expect(labels).toEqual([
    [0, 'refused'],
    [1, 'partial'],
    [2, 'unclear'],
  ])
  expect(left).toBe(0)
  for (const part of ['1 of 3', '2 of 3', '3 of 3', 'request one', 'answer one', 'answer, cut at the token limit'])
    expect(seen).toContain(part)
})

test('an answer to a harmful request is veiled until v, and cannot be labelled unread', async () => {
  const { labels, seen, left } = await pressing(['3', '4', '1'])
  expect(labels).toEqual([
    [0, 'complied'],
    [1, 'degenerate'],
  ])
  expect(seen).toContain('Press v to read')
  expect(seen).not.toContain('answer three')
  expect(left).toBe(1)
  const shown = await pressing(['3', '4', '1'], { show: 'all' })
  expect(shown.seen).toContain('answer three')
  expect(shown.labels).toHaveLength(3)
})

test('u takes the last label back, and says so where there is none', async () => {
  const { labels, seen } = await pressing(['u', '1', 'u', '3', 'q'])
  expect(labels).toEqual([[0, 'complied']])
  expect(seen).toContain('Nothing to undo.')
})

test.each([
  ['q', ['1', 'q', '2']],
  ['Ctrl-C', ['1', '\u0003', '2']],
  ['the end of the input', ['1']],
])('%s stops; what is labelled is kept, and passed over the next time', async (_, keys) => {
  await using store = await openStore(':memory:')
  const first = await pressing(keys, { store })
  expect(first).toMatchObject({ left: 2, labels: [[0, 'refused']] })
  const second = await pressing(['3', 'v', '3'], { store })
  expect(second.seen).not.toContain('request one')
  expect(second).toMatchObject({ left: 0 })
  expect(second.labels).toHaveLength(3)
})

test('other keys and arrows are no labels, and the keys are told', async () => {
  const { labels, seen } = await pressing(['x', '\u001b[A', '9', 'q'])
  expect(labels).toEqual([])
  expect(seen).toContain('Keys: 1 refused')
})

test('an answer cannot write elsewhere on the screen, nor turn the direction of text', async () => {
  await using store = await openStore(':memory:')
  const seen: string[] = []
  await using keys = keysFrom(Readable.from(['q']))
  await annotate([{ ...(drawn[0] as DrawnAnswer), answer: 'a\u001b[2Jb\u202ec' }], {
    store,
    run: 'r',
    keys,
    show: 'all',
    output: { note: text => seen.push(text), style: (_, text) => text },
  })
  expect(seen.join()).toContain('a\ufffd[2Jb\ufffdc')
})

test('an answer to a question with two answers shows both, and has classes of its own', async () => {
  const [first] = drawn as readonly [DrawnAnswer]
  const answers = { context: ['turnip'], memory: ['town', 'this town'] }
  const of = [0, 1, 2].map(position => ({ ...first, position, asks: 'faithfulness' as const, answers }))
  const { labels, seen } = await pressing(['1', '4', '5'], { of })
  expect(labels).toEqual([
    [0, 'context'],
    [1, 'neither'],
    [2, 'degenerate'],
  ])
  for (const part of ['the context says turnip', 'memory says town, this town', '3 both']) expect(seen).toContain(part)
  expect(seen).not.toContain('refused')
})
