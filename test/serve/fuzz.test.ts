/** Requests made of the OpenAPI document: whatever comes, the server answers, and stays. `npm run fuzz` sends more. */
import { expect, test } from 'vitest'
import { fuzz } from '../../tools/fuzz/run.ts'

test('four hundred requests: nothing fails that should not, and answers are as the document says', async () => {
  const { requests, statuses, faults, crashes } = await fuzz(400, 1)
  expect(faults).toEqual([])
  expect(crashes).toBe(0)
  expect(Object.values(statuses).reduce((sum, count) => sum + count, 0)).toBe(requests)
  // It gets through, and is turned away, often enough to have tried both.
  for (const status of ['200', '400', '404']) expect(statuses[status] ?? 0).toBeGreaterThan(20)
})
