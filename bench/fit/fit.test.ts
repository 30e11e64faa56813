import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the fit benchmark holds closed forms against their states, and training against a forward pass', async () => {
  const options = ['--model', 'models/organism/organism.gguf', '--threads', '1', '--turns', '2', '--pairs', '4']
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/main.ts', 'fit', ...options, '--json'])
  const found = JSON.parse(stdout)
  for (const key of ['capture', 'diffmean', 'forward', 'step']) expect(found.seconds[key], key).toHaveLength(2)
  expect(found.ratios.diffmean.median).toBeGreaterThan(0)
  expect(found.memory.peak).toBeGreaterThanOrEqual(found.memory.opened)
  expect(found.memory.training).toBeGreaterThan(0)
  expect(found.aims).toHaveLength(2)
})
