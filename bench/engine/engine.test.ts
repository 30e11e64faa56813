import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const keys = ['captured', 'declined', 'everyLayer', 'oneLayer']
const cases = ['decode1', 'decode16', 'decode4', 'decode64', 'prefill']

test('the engine benchmark measures every case in every way, and says so as JSON', { timeout: 120_000 }, async () => {
  const options = ['--model', 'models/organism/organism.gguf', '--threads', '1', '--contexts', '32', '--turns', '2']
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['bench/main.ts', 'engine', ...options, '--seconds', '0', '--json'],
    { maxBuffer: 1e7 },
  )
  const found = JSON.parse(stdout)
  expect(Object.keys(found.ratios).sort()).toEqual(cases)
  for (const name of cases) {
    expect(Object.keys(found.ratios[name]).sort()).toEqual(keys)
    for (const key of keys) expect(found.ratios[name][key]).toBeGreaterThan(0)
    const { turns, tokensPerSecond } = found.contexts[32][name]
    expect(turns).toBe(2)
    expect(Object.keys(tokensPerSecond).sort()).toEqual([...keys, 'none'].sort())
    expect(tokensPerSecond.none.median).toBeGreaterThan(0)
  }
  expect(found.bandwidth.weightBytesPerToken).toBeGreaterThan(0)
  expect(found.bandwidth.weightBytesPerToken).toBeLessThanOrEqual(found.model.bytes)
  expect(found.bandwidth.reached[32]).toBeGreaterThan(0)
  expect(found.startUp.median).toBeGreaterThan(0)
  expect(found.aims).toHaveLength(13)
})

test('an unknown benchmark is a mistake of use', async () => {
  await expect(promisify(execFile)(process.execPath, ['bench/main.ts', 'nothing'])).rejects.toMatchObject({ code: 2 })
})
