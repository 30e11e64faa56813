import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError } from './http/api-error.ts'
import { FairQueue } from './queue.ts'

const never = new AbortController().signal

test('clients take turns, however many requests one of them has', async () => {
  const queue = new FairQueue({ places: 1, waiting: 100 })
  const order: string[] = []
  const enter = async (client: string, name: string) => {
    using _ = await queue.enter(client, 1, never)
    order.push(name)
    await Promise.resolve()
  }
  const held = await queue.enter('a', 1, never)
  const all = [...'123456'].map(i => enter('a', `a${i}`)).concat(enter('b', 'b1'), enter('c', 'c1'), enter('b', 'b2'))
  held[Symbol.dispose]()
  await Promise.all(all)
  expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4', 'a5', 'a6'])
})

test('beyond what may wait, nobody joins, and is told when to come again', async () => {
  const queue = new FairQueue({ places: 2, waiting: 3 })
  const held = await queue.enter('a', 2, never)
  const waits = queue.enter('a', 2, never)
  const refused = await queue.enter('b', 2, never).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ApiError)
  expect(refused).toMatchObject({ status: 429, details: { retryAfter: expect.any(Number) } })
  const fits = queue.enter('b', 1, never)
  held[Symbol.dispose]()
  ;(await waits)[Symbol.dispose]()
  ;(await fits)[Symbol.dispose]()
  await queue.empty()
})

test('one client’s many waiting requests keep no other out', async () => {
  const queue = new FairQueue({ places: 1, waiting: 3 })
  const held = await queue.enter('a', 1, never)
  const order: string[] = []
  const enter = (client: string, name: string) =>
    queue.enter(client, 1, never).then(
      place => {
        order.push(name)
        place[Symbol.dispose]()
      },
      (error: unknown) => {
        order.push(`${name} ${error instanceof ApiError ? error.status : error}`)
      },
    )
  const all = [...'123'].map(i => enter('a', `a${i}`))
  // Full: the newest of the client with the most makes way, but nobody loses the only one that it has.
  all.push(enter('b', 'b1'), enter('c', 'c1'), enter('d', 'd1'), enter('b', 'b2'))
  expect(queue.waiting).toBe(3)
  held[Symbol.dispose]()
  await Promise.all(all)
  expect(order.filter(name => name.includes('429')).toSorted()).toEqual(['a2 429', 'a3 429', 'b2 429', 'd1 429'])
  expect(order.filter(name => !name.includes('429'))).toEqual(['a1', 'b1', 'c1'])
  expect(queue.waiting).toBe(0)
})

test('who asks for more places than there are gets all of them', async () => {
  const queue = new FairQueue({ places: 4, waiting: 4 })
  const whole = await queue.enter('a', 16, never)
  expect(queue.running).toBe(4)
  whole[Symbol.dispose]()
  expect(queue.running).toBe(0)
})

test('who leaves while it waits makes room', async () => {
  const queue = new FairQueue({ places: 1, waiting: 1 })
  const held = await queue.enter('a', 1, never)
  const leaves = new AbortController()
  const waiting = queue.enter('b', 1, leaves.signal)
  leaves.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  expect(queue.waiting).toBe(0)
  const next = queue.enter('c', 1, never)
  held[Symbol.dispose]()
  ;(await next)[Symbol.dispose]()
  expect(queue.running).toBe(0)
})

test('whatever comes and goes, places add up and everybody is served', async () => {
  const request = fc.record({
    client: fc.integer({ min: 0, max: 3 }),
    places: fc.integer({ min: 1, max: 6 }),
    leaves: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), async (requests, places) => {
      const queue = new FairQueue({ places, waiting: 1000 })
      let most = 0
      const ended = await Promise.allSettled(
        requests.map(async ({ client, places: wanted, leaves }) => {
          const controller = new AbortController()
          const entered = queue.enter(String(client), wanted, controller.signal)
          if (leaves) controller.abort()
          using _ = await entered
          most = Math.max(most, queue.running)
          await new Promise(setImmediate)
        }),
      )
      expect(most).toBeLessThanOrEqual(places)
      expect(queue.running).toBe(0)
      expect(queue.waiting).toBe(0)
      const failed = ended.filter(({ status }) => status === 'rejected').length
      expect(failed).toBeLessThanOrEqual(requests.filter(({ leaves }) => leaves).length)
    }),
    { numRuns: 100 },
  )
})
