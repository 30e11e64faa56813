/**
 * 10 000 requests leave nothing behind: memory of the engine's process and of the caller's is flat within 2 %.
 *
 * Measured is what a process holds for itself (RssAnon: mapped weights do not count): the median over the last fifth of
 * 10 000 requests against that over the first.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, expect, test } from 'vitest'
import { openModel } from '../../../src/engine/open.ts'
import type { Model, Request } from '../../../src/engine/types.ts'
import { writeTinyModel } from '../../support/tiny-gguf.ts'
import { PROMPTS, steer } from '../contract/subject.ts'
import { childrenOf } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-leaks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file)

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

function heldBy(pid: number | 'self'): number {
  return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

process.env.NODE_OPTIONS = `--require ${join(import.meta.dirname, 'collect-often.cjs')}`
const warmUp = 60
const rounds = 100
/** An allocator takes a step of a few MB now and then, once; a leak takes it again. */
const turns = 3
const broken = steer('add', { layers: [1] }, { strength: 1e39 })
/** 100 requests, a mixture of requests: steered or not, long or short, of several shapes of context, good or bad. */
async function round(model: Model, i: number): Promise<void> {
  const request = (j: number): Request => ({
    prompt: `${PROMPTS[j % PROMPTS.length]} ${i} ${j}`,
    maxTokens: 1 + (j % 5),
    ...(j % 3 > 0 && { steering: steer(j % 3 === 1 ? 'add' : 'ablate', {}, { seed: j }) }),
  })
  /** What is allocated for a request, and what fails half-way. */
  const special = (j: number): Request => ({
    ...request(j),
    ...[
      { sampling: { grammar: 'root ::= [a-z]+ "."', temperature: j % 2 } },
      { sampling: { logProbabilities: 5, temperature: 1, topP: 0.9 } },
      { sampling: { grammar: 'root ::= other' } },
      { steering: broken },
      { prompt: 'xyz '.repeat(200) },
    ][j % 5],
  })
  const slots = [4, 16, 8][i % 3] ?? 8
  const many = (count: number, of: (j: number) => Request) => Array.from({ length: count }, (_, j) => of(j))
  await model.generate(many(40, request), { slots })
  await model.generate(many(15, special), { slots, failures: 'return' })
  const controller = new AbortController()
  const cancelled = model.generate(many(5, request), { signal: controller.signal, onToken: () => controller.abort() })
  await cancelled.catch(() => {})
  await model.capture(
    Array.from({ length: 20 }, (_, j) => `text ${i} ${j}`),
    { layers: 'all' },
    { reduce: i % 2 ? 'none' : 'mean' },
  )
  await model.score(
    Array.from({ length: 20 }, (_, j) => ({ prompt: `text ${j}`, continuation: ` and ${i}` })),
    { steering: steer('add') },
  )
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
/** The last fifth against the first. */
const growth = (held: readonly number[]) => median(held.slice(rounds * 0.8)) / median(held.slice(0, rounds / 5))

test.skipIf(process.platform !== 'linux')(
  '10 000 requests leave nothing behind',
  async () => {
    const before = new Set(childrenOf(process.pid))
    await using model = await openModel(file, { threads: 1 })
    const [engine] = childrenOf(process.pid).filter(pid => !before.has(pid))
    if (engine === undefined || typeof collect !== 'function') throw new Error('nothing to measure')
    for (let i = 0; i < warmUp; i++) await round(model, i)
    const grown: string[] = []
    for (let turn = 0; turn < turns; turn++) {
      const held = { engine: [] as number[], caller: [] as number[] }
      for (let i = 0; i < rounds; i++) {
        await round(model, warmUp + turn * rounds + i)
        collect()
        held.engine.push(heldBy(engine))
        held.caller.push(heldBy('self'))
      }
      const [ofEngine, ofCaller] = [growth(held.engine), growth(held.caller)]
      if (ofEngine < 1.02 && ofCaller < 1.02) return
      grown.push(`engine ${ofEngine.toFixed(3)}, caller ${ofCaller.toFixed(3)}`)
    }
    expect(grown, 'growth over each 10 000 requests').toEqual([])
  },
  400_000,
)
