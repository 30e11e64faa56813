/** What an engine holds of the system: its threads, and the model file. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { steer } from './contract/subject.ts'
import { childrenOf } from './failures/processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-threads-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Engines that were started since. */
function engines(before: ReadonlySet<number>): number[] {
  return childrenOf(process.pid).filter(pid => !before.has(pid))
}

/**
 * Every state that is taken out splits the graph, and for each piece llama.cpp starts its threads anew unless a pool is
 * attached. Threads have numbers, so new ones would be seen.
 */
test.skipIf(process.platform !== 'linux')(
  'threads of an engine are started once, not for every state that is edited',
  async () => {
    const before = new Set(childrenOf(process.pid))
    await using model = await openModel(file, { threads: 3 })
    const [engine = 0] = engines(before)
    const seen = new Set<string>()
    const look = () => {
      for (const thread of readdirSync(`/proc/${engine}/task`)) seen.add(thread)
    }
    const steering = steer('add', { layers: 'all' }, { strength: 0.1 })
    // By the end of the first call everything that is started once has been.
    await model.generate(['hello there'], { maxTokens: 8, steering })
    look()
    const known = seen.size
    const answers = await model.generate(['hello there'], { maxTokens: 24, steering, onToken: look })
    look()
    expect(answers[0]?.trace?.layers).toHaveLength(4)
    // Node may start one of its own for housekeeping; 24 tokens of 4 layers would start hundreds, of which some are seen.
    expect(seen.size - known).toBeLessThanOrEqual(4)
  },
  120_000,
)

test('there are no more threads than processors, where engines are as many as fit', async () => {
  const processors = availableParallelism()
  await using wide = await openModel(file, { threads: processors, engines: 'processors' })
  expect(wide.info.engine).toMatchObject({ engines: 1, threads: processors })
  await using narrow = await openModel(file, { threads: 1, engines: 'processors' })
  expect(narrow.info.engine).toMatchObject({ engines: processors, threads: 1 })
})

test.skipIf(process.platform !== 'linux')(
  'several engines map one file, so that its weights lie in memory once',
  async () => {
    const before = new Set(childrenOf(process.pid))
    await using model = await openModel(file, { threads: 1, engines: 2 })
    expect(await model.generate(['a', 'b'], { maxTokens: 1 })).toHaveLength(2)
    const pids = engines(before)
    expect(pids).toHaveLength(2)
    for (const pid of pids) {
      const mapped = readFileSync(`/proc/${pid}/maps`, 'utf8')
        .split('\n')
        .filter(line => line.endsWith(file))
      expect(mapped.length).toBeGreaterThan(0)
      // Read only: a page that nobody writes is the same page for all.
      expect(mapped.every(line => /^\S+ r--/.test(line))).toBe(true)
    }
  },
)
