/** Native code that fails takes the engine, never its caller: an error says where, and the next call works. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { factsOf } from '../../../src/engine/facts.ts'
import { readHeader } from '../../../src/engine/header.ts'
import { EngineProcess } from '../../../src/engine/process/client.ts'
import { Where } from '../../../src/engine/where.ts'
import { writeTinyModel } from '../../support/tiny-gguf.ts'
import { failureOf } from './failure.ts'
import { childrenOf } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-crash-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file)
const facts = factsOf(await readHeader(file))
const open = {
  file,
  name: 'tiny',
  fingerprint: 'none',
  threads: 1,
  cache: 'f16',
  flashAttention: 'auto',
  facts,
  gpuLayers: 0,
  fastPath: 'off',
} as const
const options = { slots: 4, stop: [], tokens: 'keep' } as const

describe.each(['abort', 'segmentation-fault'] as const)('a real %s in native code', how => {
  test('is an error of the call, and the next call works', async () => {
    await using engine = new EngineProcess(open)
    const before = await engine.call('tokenize', { text: 'hello', special: 'plain' })
    const error = await failureOf(engine.call('fail', { how }))
    expect(error).toMatchObject({ code: 'engine-crashed', message: 'The engine stopped during the call fail' })
    expect(error.found).toMatch(/SIGABRT|SIGSEGV|exit code/)
    expect(await engine.call('tokenize', { text: 'hello', special: 'plain' })).toEqual(before)
  })
})

/** Requests that an error names. */
function named(message: string): number[] {
  return (/ at requests? ([\d, ]+)$/.exec(message)?.[1] ?? '').split(', ').map(Number)
}

test.each(['SIGSEGV', 'SIGABRT'] as const)(
  '%s in the middle of generating: the requests at hand are named',
  async signal => {
    await using engine = new EngineProcess(open)
    const requests = Array.from({ length: 60 }, (_, i) => ({ prompt: `question ${i}`, maxTokens: 20 + (i % 7) * 20 }))
    const done = new Set<number>()
    const error = await failureOf(
      engine.call(
        'generate',
        { ...options, requests },
        {
          onEvent: event => {
            done.add(event.index)
            if (done.size === 10) process.kill(engine.pid ?? 0, signal)
          },
        },
      ),
    )
    expect(error).toMatchObject({ code: 'engine-crashed', found: expect.stringContaining(signal), where: file })
    expect(error.message).toMatch(/^The engine stopped during the call generate at requests? \d/)
    const at = named(error.message)
    expect(at.length).toBeLessThanOrEqual(options.slots)
    // What was answered before is not at hand any more, and requests are taken in their order.
    expect(at.filter(index => done.has(index))).toEqual([])
    expect(Math.max(...at)).toBeLessThan(done.size + 2 * options.slots)
    const answers: number[] = []
    await engine.call(
      'generate',
      { ...options, requests: requests.slice(0, 6) },
      { onEvent: ({ index }) => answers.push(index) },
    )
    expect(answers.sort()).toEqual([0, 1, 2, 3, 4, 5])
  },
)

test('in the middle of reading states the prompt at hand is named', async () => {
  await using engine = new EngineProcess(open)
  const requests = Array.from({ length: 200 }, (_, i) => ({ prompt: `text ${i} `.repeat(20) }))
  const done: number[] = []
  const error = await failureOf(
    engine.call(
      'capture',
      { requests, where: Where.parse({}), reduce: 'mean', adapters: [] },
      {
        onEvent: event => {
          if (event.kind !== 'positions') return
          done.push(event.index)
          if (done.length === 20) process.kill(engine.pid ?? 0, 'SIGSEGV')
        },
      },
    ),
  )
  const [at = -1, ...others] = named(error.message)
  expect(others).toEqual([])
  expect(done).not.toContain(at)
  expect(at).toBeGreaterThanOrEqual(20)
})

test('a call that waits behind the one that crashes fails by its own name, with no request at hand', async () => {
  await using engine = new EngineProcess(open)
  await engine.start()
  const crash = failureOf(engine.call('fail', { how: 'abort' }))
  const behind = failureOf(engine.call('generate', { ...options, requests: [{ prompt: 'a', maxTokens: 4 }] }))
  expect((await crash).message).toBe('The engine stopped during the call fail')
  expect((await behind).message).toBe('The engine stopped during the call generate')
})

test.skipIf(process.platform !== 'linux')(
  'an engine may crash again and again: no open file, no process and no folder is left',
  async () => {
    const left = () => ({
      descriptors: readdirSync('/proc/self/fd').length,
      // One that has ended and was not asked for its exit code counts too.
      processes: childrenOf(process.pid).length,
      files: readdirSync(folder),
    })
    const crash = async (engine: EngineProcess) => {
      const how = 'segmentation-fault'
      expect(await failureOf(engine.call('fail', { how }))).toMatchObject({ code: 'engine-crashed' })
    }
    process.env.TMPDIR = folder
    onTestFinished(() => {
      delete process.env.TMPDIR
    })
    await using engine = new EngineProcess(open)
    await crash(engine)
    const before = left()
    for (let i = 0; i < 8; i++) await crash(engine)
    // The loop's own handles are closed in its next turns.
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(left()).toEqual(before)
  },
)
