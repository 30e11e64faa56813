import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the server benchmark holds a steered load against the same load unsteered', async () => {
  const options = ['--model', 'models/organism/organism.gguf', '--threads', '1', '--turns', '1', '--clients', '1,3']
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/main.ts', 'serve', ...options, '--json'])
  const found = JSON.parse(stdout)
  expect(found.clients.map(({ clients }: { clients: number }) => clients)).toEqual([1, 3])
  for (const { unsteered, steered, ratio, peer } of found.clients) {
    expect(unsteered.firstToken.median).toBeGreaterThan(0)
    expect(ratio.median).toBeCloseTo(steered.tokensPerSecond.median / unsteered.tokensPerSecond.median, 10)
    expect(peer).toBeNull()
  }
  expect(found.aims).toHaveLength(2)
})
