import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder, tinyStudy } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const one = ['--engines', '1']
const Status = z.object({
  store: z.string(),
  bytes: z.int(),
  runs: z.array(
    z.object({
      study: z.string(),
      run: z.string(),
      model: z.string(),
      state: z.enum(['finished', 'running', 'interrupted']),
      chunks: z.object({ done: z.int(), of: z.int() }),
      answers: z.object({ done: z.int(), of: z.int() }),
      minutesLeft: z.int().nullable(),
      verdicts: z.array(z.object({ condition: z.string(), verdict: z.string() })),
    }),
  ),
})
const status = async () => Status.parse(JSON.parse((await folder.plimsoll('status', '--json')).stdout))

it('says what to do where there is no study, and leaves no store behind', async () => {
  const { code, stdout } = await folder.plimsoll('status')
  expect(code).toBe(0)
  expect(stdout).toContain('There is no study in .plimsoll/store.db.\nRun one: plimsoll demo')
  expect(await status()).toEqual({ store: '.plimsoll/store.db', bytes: 0, runs: [] })
  expect(existsSync(join(folder.path, '.plimsoll'))).toBe(false)
})

it.skipIf(process.platform === 'win32')(
  'tells running from interrupted from finished, while a run writes',
  {
    timeout: 300_000,
  },
  async () => {
    folder.write('mine.yaml', `${tinyStudy}safeguards: false\nchunk: 4\n`)
    let asked: ReturnType<typeof status> | undefined
    const killed = await folder.watch(['run', 'mine.yaml', ...one], (said, child) => {
      if (asked !== undefined || !said.includes('measure')) return
      asked = status()
      asked.finally(() => child.kill('SIGKILL')).catch(() => undefined)
      // It waits for the question to be answered: stopped, not ended.
      child.kill('SIGSTOP')
    })
    expect(killed.code).toBeNull()
    const running = (await asked)?.runs
    expect(running).toMatchObject([{ study: 'mine', model: 'organism', state: 'running', verdicts: [] }])
    const [first] = running ?? []
    expect(first?.answers.done).toBeGreaterThan(0)
    expect(first?.answers.done).toBeLessThan(first?.answers.of ?? 0)

    expect((await status()).runs).toMatchObject([{ state: 'interrupted', minutesLeft: null }])
    expect((await folder.plimsoll('status')).stdout).toMatch(
      /○ mine on organism[\s\S]*interrupted, last heard of .* UTC[\s\S]*plimsoll resume [\da-f]{8}/,
    )

    // By what the store holds alone: the file is gone, and it is the same run that goes on.
    rmSync(join(folder.path, 'mine.yaml'))
    const run = first?.run.slice(0, 8) ?? ''
    expect((await folder.plimsoll('resume', 'zz')).stderr).toContain('The store has no run of this name')
    const resumed = await folder.plimsoll('resume', run, ...one)
    expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringMatching(/reused [1-9]\d* of \d+ chunks/)])
    // What it began from is known no longer, but where it departs from that is.
    expect(readFileSync(join(folder.path, 'plimsoll-results/mine/report.md'), 'utf8')).toMatch(
      /departs from the built-in study/,
    )
    const { runs, bytes } = await status()
    expect(bytes).toBeGreaterThan(10_000)
    expect(runs).toMatchObject([
      { state: 'finished', verdicts: [{ condition: 'diffmean', verdict: expect.any(String) }] },
    ])
    expect(runs[0]?.chunks.done).toBe(runs[0]?.chunks.of)
    expect(runs[0]?.answers.done).toBe(runs[0]?.answers.of)
    const { stdout } = await folder.plimsoll('status')
    expect(stdout).toMatch(
      /● mine on organism {2}\(run [\da-f]{8}\)\n {4}finished .* UTC, \d+ chunks, [\d,]+ answers and scores\n {4}diffmean: [A-Z]/,
    )
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  },
)
