import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import { positionsOf } from '../../src/engine/positions.ts'
import { fitJobFor } from './job.ts'
import { peerAims } from './table.ts'

test('the fit benchmark holds closed forms against their states, and training against a forward pass', {
  timeout: 120_000,
}, async () => {
  const options = ['--model', 'models/organism/organism.gguf', '--threads', '1', '--turns', '2', '--pairs', '4']
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/main.ts', 'fit', ...options, '--json'])
  const found = JSON.parse(stdout)
  for (const key of ['capture', 'diffmean', 'forward', 'step']) expect(found.seconds[key], key).toHaveLength(2)
  expect(found.ratios.diffmean.median).toBeGreaterThan(0)
  expect(found.memory.peak).toBeGreaterThanOrEqual(found.memory.opened)
  expect(found.memory.training).toBeGreaterThan(0)
  expect(found.aims).toHaveLength(2)
  // Plimsoll takes its turns alone where no Python is named.
  for (const job of ['diffmean', 'ssv']) {
    expect(Object.keys(found.peers.jobs[job])).toEqual(['Plimsoll'])
    const { seconds, memory, plimsollIsFaster } = found.peers.jobs[job].Plimsoll
    expect(seconds.median).toBeGreaterThan(0)
    expect(memory.peak).toBeGreaterThanOrEqual(memory.opened)
    expect(plimsollIsFaster).toBeUndefined()
  }
})

test('everybody gets the same job: tokens, the states that are read, the tokens that are changed', async () => {
  const job = await fitJobFor('models/organism/organism.gguf', { threads: 1, engines: 1 }, 3)
  expect(job.sides.positive).toHaveLength(3)
  expect(job.layer).toBe(4)
  await using model = await openModel(job.file, { threads: 1 })
  for (const { text, tokens, suffix, first } of [...job.sides.positive, ...job.sides.negative, ...job.examples]) {
    const rendered = await model.render(text)
    expect(tokens).toEqual(rendered.tokens)
    const read = positionsOf({ tokens: { phase: 'prompt', part: 'template-suffix' } }, rendered)
    expect(read).toEqual(Array.from({ length: suffix[1] - suffix[0] }, (_, i) => suffix[0] + i))
    expect(first).toBe(positionsOf({ tokens: { phase: 'all' } }, rendered)[0])
  }
})

test('aims are told of each Python, as reached or missed', () => {
  const alone = { seconds: { median: 2, interval: [2, 2] }, memory: { opened: 1, peak: 3 } } as const
  const python = (faster: number, peak: number) => ({
    ...alone,
    plimsollIsFaster: { median: faster, interval: [faster, faster] as const },
    memory: { opened: 1, peak },
  })
  const of = (faster: number, peak: number) => ({ Plimsoll: alone, python: python(faster, peak) })
  const aims = peerAims({ turns: 1, steps: 12, jobs: { diffmean: of(2.9, 9), ssv: of(1.1, 8.9) } })
  expect(aims.map(({ what, reached }) => [what, reached])).toEqual([
    ['speed of diffmean against python', false],
    ['memory of diffmean against python', true],
    ['speed of ssv against python', true],
    ['memory of ssv against python', false],
  ])
})
