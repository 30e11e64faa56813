import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { peakMemory } from '../memory.ts'
import { secondsIn } from './batched-bench.ts'
import { Contestant } from './contestant.ts'
import { jobFor } from './job.ts'

const organism = 'models/organism/organism.gguf'
const linux = process.platform === 'linux'
const single = { threads: 1, engines: 1 }

test('everybody gets the same job: prompts of one length, a vector of the width, no end of an answer', async () => {
  const job = await jobFor(organism, single, 5)
  expect(job.prompts.map(({ tokens }) => tokens.length)).toEqual([32, 32, 32, 32, 32])
  expect(new Set(job.prompts.map(({ text }) => text)).size).toBe(5)
  expect(Math.hypot(...job.steering.unit)).toBeCloseTo(1, 6)
  expect(job.steering.scale).toBeGreaterThan(0)
  expect(job.ends.length).toBeGreaterThan(0)
})

test.skipIf(!linux)('Plimsoll takes its turns alone where no peer is named', { timeout: 120_000 }, async () => {
  const options = ['--model', organism, '--threads', '1', '--turns', '2', '--sequences', '3,1', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/main.ts', 'peers', ...options])
  const found = JSON.parse(stdout)
  expect(found).toMatchObject({ turns: 2, promptTokens: 32, generated: 64 })
  expect(Object.keys(found.sequences)).toEqual(['1', '3'])
  for (const byName of Object.values<Record<string, Record<string, unknown>>>(found.sequences)) {
    expect(Object.keys(byName)).toEqual(['Plimsoll'])
    expect(byName.Plimsoll?.tokensPerSecond).toMatchObject({ median: expect.any(Number) })
    // Node alone takes more than that, twice: the caller and the engine.
    expect(byName.Plimsoll?.peakMemory).toBeGreaterThan(60 * 2 ** 20)
    expect(byName.Plimsoll?.plimsollIsFaster).toBeUndefined()
  }
})

test.skipIf(!linux)('the memory of a process that a process started counts', async () => {
  const held = 200 * 2 ** 20
  const inner = `const held = Buffer.alloc(${held}, 1); console.log('{}'); setInterval(() => held, 1000)`
  const outer = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit' })`
  await using contestant = await Contestant.start(
    'held',
    process.execPath,
    ['-e', outer],
    await jobFor(organism, single, 1),
  )
  expect(await contestant.peakMemory()).toBeGreaterThan(held)
})

test.skipIf(!linux)('a process that is gone has no memory', async () => {
  expect(await peakMemory(2 ** 22)).toBe(0)
})

test('a peer that ends early is named, with what it complained of', async () => {
  const complain = 'console.error("no module named torch"); process.exit(1)'
  const started = Contestant.start(
    'transformers',
    process.execPath,
    ['-e', complain],
    await jobFor(organism, single, 1),
  )
  await expect(started).rejects.toThrow(/transformers ended early:\s+no module named torch/)
  const missing = Contestant.start('transformers', '/no/such/python', [], await jobFor(organism, single, 1))
  await expect(missing).rejects.toThrow(/transformers ended early:\s+.*ENOENT/)
})

test('the seconds of the batched benchmark are found among its log', () => {
  const line = '{"n_kv_max": 96, "pp": 32, "tg": 64, "pl": 1, "t_pp": 0.25, "t_tg": 0.5, "t": 0.75, "speed": 128.0}'
  expect(secondsIn(`loading model\n${line}\n\nllama_perf: 12 ms`)).toBe(0.75)
  expect(() => secondsIn('error: unable to load model')).toThrow(/unable to load model/)
})
