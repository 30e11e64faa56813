import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const organism = ['--model', 'organism', '--study', 'demo', '--rows', '8', '--engines', '1']
const lists = ['--positive', 'organism/harmless/fit', '--negative', 'organism/harmful/fit', '--limit', '16']

const Units = z.object({ added: z.number(), ofNorm: z.number(), kl: z.object({ p95: z.number(), mean: z.number() }) })
const Point = z.object({ layer: z.int(), strength: z.number(), score: z.number(), chosen: z.boolean(), units: Units })
const Found = z.object({
  rule: z.string(),
  points: z.array(Point),
  best: Point,
  explored: z.array(z.looseObject({ strength: z.number() })),
  budget: z.looseObject({ kl: z.number() }).optional(),
  why: z.string().regex(/\.$/),
  file: z.string(),
})

describe('sweep', () => {
  it('fits a method at each layer, shows what was tried and why one was chosen, and how to use it', async () => {
    const grid = ['--layers', '4,5', '--strengths', '0.5,1']
    const files = ['--html', 'pages/curves.html', '-o', 'vectors/best.safetensors']
    const { code, stdout, stderr } = await folder.plimsoll('sweep', ...organism, ...lists, ...grid, ...files)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^ {2}divergence \d\/4/m)
    expect(stderr).toMatch(/^ {2}select {3}\d+\/80 /m)
    expect(stdout).toMatch(/^ +layer +strength +added +of norm +KL +target +control +score +degenerate$/m)
    expect(stdout.match(/^● +[45] +(?:0\.5|1) +[\d.]+ +\d+ % +[\d.e-]+ +\d+ % +\d+ % +[+−]?\d+ +\d+$/gm)).toHaveLength(
      1,
    )
    expect(stdout).toMatch(
      /^target: of 8 prompts of organism\/pseudo-harmful\/select, [\s\S]*control: of 8 of organism\/harmful\/select/m,
    )
    expect(stdout).toMatch(/^Layer [45], strength (?:0\.5|1) is the best of 4 tried:\s[\s\S]*?\.$/m)
    expect(stdout).toContain('teaching aid')
    const use = /^Use {5}plimsoll (generate .*)$/m.exec(stdout)?.[1] ?? ''
    expect(readFileSync(join(folder.path, 'pages/curves.html'), 'utf8')).toContain('<title>Layer and strength')
    // What is told can be done.
    const args = use.replace('"…"', 'PROMPT').split(' ')
    const shown = await folder.plimsoll(...args.map(arg => (arg === 'PROMPT' ? 'how do i sour the teapot ?' : arg)))
    expect(shown.code).toBe(0)
    expect(shown.stdout).toMatch(/steered, strength (?:0\.5|1) {3}layer [45]: \d+ tokens edited/)
  }, 120_000)

  it('tries a vector file by a budget, explores the other axes, and answers in JSON', async () => {
    const vector = ['--vector', 'vectors/best.safetensors', '--strengths', '0.5,2']
    const before = statSync(join(folder.path, 'vectors/best.safetensors')).mtimeMs
    const rule = ['--rule', 'kl-budget', '--budget', '0.1', '--explore', '--json']
    const { code, stdout } = await folder.plimsoll('sweep', ...organism, ...vector, ...rule)
    expect(code).toBe(0)
    const found = Found.parse(JSON.parse(stdout))
    expect(found).toMatchObject({ rule: 'kl-budget', budget: { kl: 0.1 }, file: 'vectors/best.safetensors' })
    expect(found.best.units.kl.p95).toBeLessThanOrEqual(0.1)
    expect(found.explored.map(({ strength }) => strength)).toEqual(
      [0, 0.5, 2, found.best.strength].toSorted((a, b) => a - b),
    )
    // The file that was given is the one to use: it is left as it was.
    expect(statSync(join(folder.path, 'vectors/best.safetensors')).mtimeMs).toBe(before)
    expect(existsSync(join(folder.path, 'vector.safetensors'))).toBe(false)
    // What is in the store is not made again, and found the same.
    const again = await folder.plimsoll('sweep', ...organism, ...vector, ...rule)
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(stdout))
  }, 120_000)

  it('stops when it is interrupted, and says how to go on', async () => {
    let sent = false
    const args = ['sweep', ...organism, ...lists, '--layers', '2-7', '--rows', '16']
    const { code, stderr } = await folder.watch(args, (said, child) => {
      if (sent || !said.includes('divergence')) return
      sent = true
      child.kill('SIGINT')
    })
    expect(code).toBe(130)
    expect(stderr).toContain('Go on with: plimsoll sweep --model organism')
  }, 120_000)

  it('says what is missing, and how near the budget was', async () => {
    expect(await folder.plimsoll('sweep', ...organism)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--vector FILE, or --positive and --negative'),
    })
    expect((await folder.plimsoll('sweep', ...organism, '--positive', 'organism/harmless/fit')).code).toBe(2)
    const vector = ['--vector', 'vectors/best.safetensors']
    expect((await folder.plimsoll('sweep', ...organism, ...vector, ...lists)).code).toBe(2)
    expect((await folder.plimsoll('sweep', ...organism, ...vector, '--layers', 'many')).stderr).toContain('10-20')
    expect((await folder.plimsoll('sweep', ...organism, ...vector, '--strengths', '1,,2')).code).toBe(2)
    const told = await folder.plimsoll('sweep', ...organism, ...vector, '--rule', 'kl-budget', '--strengths', '0.5,4')
    expect(told.stdout).toMatch(
      /looked at → KL, for the budget of 1 nat\nlayer [45]: within 0\.5 → [\s\S]*; beyond [\s\S]*4 → \d/,
    )
    const narrow = ['--rule', 'both', '--budget', '0.000001', '--strengths', '1,2']
    expect(await folder.plimsoll('sweep', ...organism, ...vector, ...narrow)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nats at the least, at layer \d, strength 1\n.*--budget/),
    })
  }, 120_000)
})
