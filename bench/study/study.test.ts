import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the study benchmark holds a study against its engine, and its estimate against the clock', async () => {
  const options = ['--model', 'models/organism/organism.gguf', '--study', 'demo', '--threads', '1', '--limit', '6']
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/main.ts', 'study', ...options, '--json'])
  const found = JSON.parse(stdout)
  expect(found.tokens).toBeGreaterThan(100)
  expect(found.tokensPerSecond.engine).toBeGreaterThan(0)
  expect(found.ratio).toBeCloseTo(found.tokensPerSecond.study / found.tokensPerSecond.engine, 10)
  expect(found.seconds.told).toBeGreaterThan(0)
  expect(found.seconds.took).toBeGreaterThan(0)
  expect(found.aims.map(({ what }: { what: string }) => what)).toEqual(['ratio', 'estimate'])
})
