/** An engine never outlives its caller by more than a second, however the caller ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeTinyModel } from '../../support/tiny-gguf.ts'
import { childrenOf, runs } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lifetime-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'tiny.gguf')
// Wide enough to be deep in native code when its caller ends.
writeTinyModel(file, { width: 512, feedForward: 2048, heads: 8, layers: 6, contextLength: 8192 })

const source = new URL('../../../src/engine/open.ts', import.meta.url).href

/** Starts a program that opens engines and goes on as told; resolves when it has said "ready". */
async function caller(name: string, engines: number, goesOn: string): Promise<ChildProcess> {
  const script = join(folder, `${name}.ts`)
  const lines = [
    `const { openModel } = await import(${JSON.stringify(source)})`,
    `const model = await openModel(${JSON.stringify(file)}, { threads: 1, engines: ${engines} })`,
    `const prompts = Array.from({ length: 64 }, (_, i) => ({ raw: (i + ' a long text ').repeat(400) }))`,
    `const busy = () => model.generate(prompts, { maxTokens: 2000 })`,
    goesOn,
  ]
  writeFileSync(script, lines.join('\n'))
  const program = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  program.stderr.on('data', text => {
    said += String(text)
  })
  await new Promise<void>((resolve, reject) => {
    program.stdout.once('data', () => resolve())
    program.once('exit', () => reject(new Error(`the caller ended early: ${said}`)))
  })
  return program
}

/** Milliseconds until none of the processes runs any more. */
async function untilGone(pids: readonly number[]): Promise<number> {
  const began = performance.now()
  while (pids.some(runs) && performance.now() - began < 10_000) await new Promise(resolve => setTimeout(resolve, 10))
  return performance.now() - began
}

const ready = `console.log('ready')`
const forever = `setInterval(() => {}, 1000)`
const soon = (action: string) => `setTimeout(() => { ${action} }, 400)`

test.skipIf(process.platform !== 'linux').each([
  {
    how: 'killed in the middle of a long call',
    engines: 1,
    goesOn: `busy().catch(() => {}); ${soon(ready)}`,
    kill: true,
  },
  { how: 'killed, with several engines', engines: 3, goesOn: `busy().catch(() => {}); ${soon(ready)}`, kill: true },
  { how: 'killed while it is idle', engines: 2, goesOn: `${ready}; ${forever}`, kill: true },
  {
    how: 'killed while it opens another model',
    engines: 1,
    goesOn: `${ready}; openModel(${JSON.stringify(file)}, { engines: 2 }); ${forever}`,
    kill: true,
  },
  {
    how: 'ended by process.exit in the middle of a call',
    engines: 2,
    goesOn: `busy().catch(() => {}); ${soon(`${ready}; setTimeout(() => process.exit(3), 300)`)}`,
    kill: false,
  },
  {
    how: 'ended by an error nobody caught',
    engines: 1,
    goesOn: `busy().catch(() => {}); ${soon(`${ready}; setTimeout(() => { throw new Error('x') }, 300)`)}`,
    kill: false,
  },
  {
    how: 'at its end with the model still open',
    engines: 2,
    goesOn: `${ready}; await new Promise(r => setTimeout(r, 300))`,
    kill: false,
  },
])('a caller that is $how', async ({ how, engines, goesOn, kill }) => {
  const program = await caller(how.replaceAll(/\W/g, '-'), engines, goesOn)
  const pid = program.pid ?? 0
  if (how.includes('opens another')) await new Promise(resolve => setTimeout(resolve, 150))
  const children = childrenOf(pid)
  expect(children.length).toBeGreaterThanOrEqual(engines)
  const ended = new Promise(resolve => program.once('exit', resolve))
  if (kill) program.kill('SIGKILL')
  await ended
  expect(await untilGone(children)).toBeLessThan(1000)
})
