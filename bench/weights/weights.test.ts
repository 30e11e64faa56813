import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { weightsTable } from './table.ts'

test('the weights benchmark holds a model against itself in other types', { timeout: 120_000 }, async () => {
  const options = ['--model', 'models/organism/organism.gguf', '--threads', '1', '--turns', '2', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/main.ts', 'weights', ...options])
  const found = JSON.parse(stdout)
  expect(found.rows.map(({ type }: { type: string }) => type)).toEqual(['F16', 'Q8_0', 'Q4_0'])
  const [asItIs, q8, q4] = found.rows
  expect(asItIs.divergence).toEqual({ mean: 0, most: 0 })
  expect(asItIs.sameFirst).toBe(1)
  // Fewer bits lose more, and take less room.
  expect(q8.divergence.mean).toBeGreaterThan(0)
  expect(q4.divergence.mean).toBeGreaterThan(q8.divergence.mean)
  expect(asItIs.bytes).toBeGreaterThan(q8.bytes)
  expect(q8.bytes).toBeGreaterThan(q4.bytes)
  for (const { seconds } of found.rows)
    for (const { median } of Object.values<{ median: number }>(seconds)) expect(median).toBeGreaterThan(0)
  expect(weightsTable(found).split('\n').at(-1)).toContain('| 100 % |')
})
