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

/** Runs the study; killed after `lines` of progress, unless it has ended by then. */
function run(name: string, lines: number): Promise<number | null> {
  const files = [model, join(folder, `${name}.db`), join(folder, `${name}.json`)]
  const child = spawn(process.execPath, [script, ...files, JSON.stringify(study)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let seen = 0
  createInterface({ input: child.stdout }).on('line', () => {
    seen += 1
    if (seen >= lines) child.kill('SIGKILL')
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve(code))
  })
}

function report(name: string) {
  const { result, reused } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const { time, ...rest } = result
  return { result: rest, time, reused }
}

it('a study killed at random and resumed ends with the report of an undisturbed one', {
  timeout: 600_000,
}, async () => {
  expect(await run('undisturbed', Number.POSITIVE_INFINITY)).toBe(0)
  const random = createRandom(Date.now() % 2 ** 31, 'kills')
  for (let kills = 0; kills < 5 && !existsSync(join(folder, 'killed.json')); kills += 1)
    await run('killed', 1 + random.int(30))
  if (!existsSync(join(folder, 'killed.json'))) expect(await run('killed', Number.POSITIVE_INFINITY)).toBe(0)

  const [undisturbed, killed] = [report('undisturbed'), report('killed')]
  expect(killed.result).toEqual(undisturbed.result)
  expect(undisturbed.reused.of).toBe(killed.reused.of)
  expect(killed.reused.chunks).toBeGreaterThan(undisturbed.reused.chunks)

  // A finished study makes nothing again.
  rmSync(join(folder, 'killed.json'))
  expect(await run('killed', Number.POSITIVE_INFINITY)).toBe(0)
  const again = report('killed')
  expect(again.reused.chunks).toBe(again.reused.of)
  expect(again.result).toEqual(undisturbed.result)
})
