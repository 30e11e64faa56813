/** The engine's process: it may crash, be cancelled or be closed, and its caller goes on. */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { factsOf } from '../../src/engine/facts.ts'
import { readHeader } from '../../src/engine/header.ts'
import { openModel } from '../../src/engine/open.ts'
import { EngineProcess } from '../../src/engine/process/client.ts'
import { parseWhere, type Where } from '../../src/engine/where.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { codeOf } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-process-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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
const generate = { slots: 4, stop: [], tokens: 'keep' } as const

test.each(['abort', 'segmentation-fault'] as const)(
  'a real %s in native code is a typed error, and the next call works',
  async how => {
    await using engine = new EngineProcess(open)
    const before = await engine.call('tokenize', { text: 'hello', special: 'plain' })
    await expect(engine.call('fail', { how })).rejects.toMatchObject({
      code: 'engine-crashed',
      message: expect.stringContaining('fail'),
      found: expect.stringMatching(/SIGABRT|SIGSEGV|exit code/),
    })
    expect(await engine.call('tokenize', { text: 'hello', special: 'plain' })).toEqual(before)
  },
)

test('an engine that does not answer to a cancelled call is ended, and the next call works', async () => {
  await using engine = new EngineProcess(open, { unanswered: 200 })
  await engine.start()
  const stop = new AbortController()
  // Past the check of the caller's end: llama.cpp counts from 5 down to 1 by going up.
  const sampling = { grammar: 'root ::= "a"{5,1}' }
  const requests = [{ prompt: 'a', maxTokens: 4, sampling }]
  const stuck = engine.call('generate', { ...generate, requests }, { signal: stop.signal })
  setTimeout(() => stop.abort(), 200)
  await expect(stuck).rejects.toMatchObject({ code: 'engine-crashed', message: expect.stringContaining('was ended') })
  expect(await engine.call('tokenize', { text: 'hello', special: 'plain' })).not.toHaveLength(0)
})

test('an engine that answered while its caller was busy is not ended', async () => {
  const patience = 500
  await using engine = new EngineProcess(open, { unanswered: patience })
  await engine.start()
  const { pid } = engine
  const stop = new AbortController()
  const requests = Array.from({ length: 3000 }, () => ({ prompt: 'a b c d e f g h', steering: [] }))
  const where = parseWhere({ layers: [0] })
  const busy = engine.call('capture', { requests, where, reduce: 'mean', adapters: [] }, { signal: stop.signal })
  // Behind an immediate the timers of the loop come first, and what has arrived is read after them.
  await setImmediate()
  stop.abort()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * patience)
  expect(await codeOf(busy)).toBe('cancelled')
  await engine.call('tokenize', { text: 'hello', special: 'plain' })
  expect(engine.pid).toBe(pid)
})

test('a call that waits behind one that is busy is cancelled, and the busy one goes on', async () => {
  // Far more than a pause of a busy machine, and far less than the capture takes.
  await using engine = new EngineProcess({ ...open, batching: 'together' }, { unanswered: 1000 })
  await engine.start()
  const where = parseWhere({ layers: [0] })
  let read = 0
  const stop = new AbortController()
  const busy = engine.call(
    'capture',
    {
      requests: Array.from({ length: 12_000 }, () => ({ prompt: 'a b c d e f g h', steering: [] })),
      where,
      reduce: 'mean',
      adapters: [],
    },
    { onEvent: ({ kind }) => kind === 'positions' && ++read === 1 && stop.abort() },
  )
  const waiting = engine.call(
    'generate',
    { ...generate, requests: [{ prompt: 'b', maxTokens: 200 }] },
    { signal: stop.signal },
  )
  expect(await codeOf(waiting)).toBe('cancelled')
  await busy
  expect(read).toBe(12_000)
})

test('a file that could not be loaded is loaded anew for the next call', async () => {
  const moved = join(folder, 'moved.gguf')
  await using engine = new EngineProcess({ ...open, file: moved })
  expect(await codeOf(engine.start())).toBe('model-invalid')
  copyFileSync(file, moved)
  expect(await engine.call('tokenize', { text: 'hello', special: 'plain' })).not.toHaveLength(0)
})

test('calls that wait behind a crash fail too, each by its own name', async () => {
  await using engine = new EngineProcess(open)
  await engine.start()
  const crash = engine.call('fail', { how: 'abort' })
  const behind = engine.call('generate', { ...generate, requests: [{ prompt: 'a', maxTokens: 4 }] })
  const outcomes = await Promise.allSettled([crash, behind])
  expect(outcomes.map(outcome => outcome.status)).toEqual(['rejected', 'rejected'])
  expect(outcomes[1]).toMatchObject({
    reason: { code: 'engine-crashed', message: expect.stringContaining('generate') },
  })
})

test('a call that waits is cancelled without disturbing the one that runs', async () => {
  await using engine = new EngineProcess(open)
  await engine.start()
  let answers = 0
  const running = engine.call(
    'generate',
    { ...generate, requests: Array.from({ length: 8 }, () => ({ prompt: 'a', maxTokens: 30 })) },
    { onEvent: () => answers++ },
  )
  const controller = new AbortController()
  const waiting = engine.call(
    'generate',
    { ...generate, requests: [{ prompt: 'b', maxTokens: 4 }] },
    { signal: controller.signal },
  )
  // Asked for in the same turn as it is cancelled: the message is on its way behind the first call's.
  await new Promise(resolve => setTimeout(resolve, 5))
  controller.abort()
  expect(await codeOf(waiting)).toBe('cancelled')
  await running
  expect(answers).toBe(8)
})

test('a closed engine says so', async () => {
  const engine = new EngineProcess(open)
  await engine.start()
  await engine[Symbol.asyncDispose]()
  expect(await codeOf(engine.call('tokenize', { text: 'a', special: 'plain' }))).toBe('usage')
})

test('an idle model does not keep a program alive, and dies with it', async () => {
  const script = join(folder, 'forgetful.ts')
  const source = new URL('../../src/engine/open.ts', import.meta.url)
  writeFileSync(
    script,
    `import { readFileSync } from 'node:fs'
import { openModel } from ${JSON.stringify(source.href)}
const model = await openModel(${JSON.stringify(file)}, { threads: 1 })
await model.tokenize('hello')
const children = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim()
console.log(children)
`,
  )
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 30_000 })
  const child = Number(stdout.trim().split(' ')[0])
  expect(child).toBeGreaterThan(0)
  const deadline = Date.now() + 5_000
  while (existsSync(`/proc/${child}`) && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 20))
  expect(existsSync(`/proc/${child}`)).toBe(false)
})

test('opening is cancelled by its signal', async () => {
  const controller = new AbortController()
  const opening = openModel(file, { threads: 1, signal: controller.signal })
  setTimeout(() => controller.abort(), 20)
  expect(await codeOf(opening)).toBe('cancelled')
  expect(await codeOf(openModel(file, { threads: 1, signal: controller.signal }))).toBe('cancelled')
})

test('a where-clause that is no clause is named as such', async () => {
  await using model = await openModel(file, { threads: 1 })
  const where: unknown = { site: 'residual', layer: 3 }
  expect(await codeOf(model.capture(['a'], where as Where))).toBe('invalid-input')
})

test('a process that cannot be started is a typed error, not the end of the caller', async () => {
  const { execPath } = process
  process.execPath = join(folder, 'no-such-program')
  try {
    await expect(openModel(file, { threads: 1 })).rejects.toMatchObject({
      code: 'engine-crashed',
      found: expect.stringContaining('ENOENT'),
    })
  } finally {
    process.execPath = execPath
  }
  await using model = await openModel(file, { threads: 1 })
  expect(await model.generate(['a'], { maxTokens: 1 })).toHaveLength(1)
})
