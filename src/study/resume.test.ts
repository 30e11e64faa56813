import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRandom } from '../data/index.ts'
import type { StudyFile } from './schema.ts'

const script = fileURLToPath(new URL('../../test/support/run-study.ts', import.meta.url))
const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-resume-'))
const model = join(folder, 'organism.gguf')
beforeAll(() => copyFileSync(organism, model))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Small, and with every stage, condition and kind of suite that a study can have. */
const study: StudyFile = {
  study: 'demo',
  fit: { limit: 24 },
  select: { layers: [3, 4], strengths: [1, 2], limit: 10 },
  generation: { maxTokens: 16 },
  measure: {
    general: [
      { choice: 'organism/choice/test', limit: 12 },
      { perplexity: 'organism/prose/test', limit: 12 },
    ],
    robustness: [{ attack: 'organism/templates/test', prompts: 'organism/harmful/test', templates: 4, sample: 24 }],
  },
  limit: 24,
  chunk: 8,
}

/** When a process is killed: so many milliseconds after so many lines of progress. */
interface Kill {
  readonly lines: number
  readonly delay: number
}

/** Runs the study to its end, or until it is killed. */
function run(name: string, kill?: Kill): Promise<{ code: number | null; lines: number }> {
  const files = [model, join(folder, `${name}.db`), join(folder, `${name}.json`)]
  const child = spawn(process.execPath, [script, ...files, JSON.stringify(study)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let lines = 0
  createInterface({ input: child.stdout }).on('line', () => {
    lines += 1
    if (lines === kill?.lines) setTimeout(() => child.kill('SIGKILL'), kill.delay)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, lines }))
  })
}

function report(name: string) {
  const { result, reused } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const { time, ...rest } = result
  return { result: rest, time, reused }
}

/** `PLIMSOLL_KILL_SEED=7 npx vitest run src/study/resume` looks at other moments. */
const seed = Number(process.env.PLIMSOLL_KILL_SEED ?? 5)
const kills = 10

it(`a study killed ten times at random (seed ${seed}) ends with the report of an undisturbed one`, {
  timeout: 600_000,
}, async () => {
  const undisturbed = await run('undisturbed')
  expect(undisturbed.code).toBe(0)
  // One in each tenth of the work but its last lines, which take no time: all stages get their turn.
  const tenth = Math.floor((undisturbed.lines - kills) / kills)
  const random = createRandom(seed, 'kills')
  for (let kill = 1; kill <= kills; kill += 1) {
    const lines = 1 + (kill - 1) * tenth + random.int(tenth)
    const { code } = await run('killed', { lines, delay: random.int(150) })
    // Nobody ended by itself: each of the ten was in the middle of its work.
    expect({ kill, code, ended: existsSync(join(folder, 'killed.json')) }).toEqual({ kill, code: null, ended: false })
  }
  expect((await run('killed')).code).toBe(0)

  const [whole, killed] = [report('undisturbed'), report('killed')]
  expect(killed.result).toEqual(whole.result)
  expect(whole.reused.of).toBe(killed.reused.of)
  expect(killed.reused.chunks).toBeGreaterThan(whole.reused.chunks)

  // A finished study makes nothing again.
  rmSync(join(folder, 'killed.json'))
  expect((await run('killed')).code).toBe(0)
  const again = report('killed')
  expect(again.reused.chunks).toBe(again.reused.of)
  expect(again.result).toEqual(whole.result)
})
