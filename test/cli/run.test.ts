import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Ended, temporaryFolder, tinyStudy } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const one = ['--engines', '1']
const read = (...names: string[]) => readFileSync(join(folder.path, ...names), 'utf8')

const interval = z.tuple([z.number(), z.number()])
const Suite = z.object({
  suite: z.string(),
  n: z.int().positive(),
  baseline: z.number(),
  steered: z.number(),
  change: z.number(),
  ci: interval,
  p: z.number().min(0).max(1).nullable(),
  gained: z.int(),
  lost: z.int(),
  unscored: z.int(),
  state: z.enum(['holds', 'broken', 'undecided', 'cannot-tell', 'works', 'no-effect']),
})
const Axis = z.object({ suites: z.array(Suite).min(1) })
const Report = z.object({
  study: z.string(),
  run: z.string(),
  labels: z.array(z.string()),
  conditions: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      verdict: z.string(),
      axes: z.strictObject({ efficacy: Axis, general: Axis, control: Axis, robustness: Axis }),
    }),
  ),
})
const exitCodes: Readonly<Record<string, number>> = {
  within: 0,
  over: 10,
  undecided: 11,
  'no-effect': 12,
  'cannot-tell': 13,
}

describe('a study of one page', () => {
  let first: Ended
  beforeAll(async () => {
    folder.write('studies/mine.yaml', tinyStudy)
    first = await folder.plimsoll('run', 'studies/mine.yaml', ...one)
  })

  it('ends with a verdict, a drawing and a report, whatever the verdict', () => {
    expect(first.code).toBe(0)
    expect(first.stdout).toMatch(/✔ fit .*prompts/)
    expect(first.stdout).toMatch(/✔ select .*answers/)
    expect(first.stdout).toMatch(/✔ measure {2}4 axes × 9 conditions/)
    expect(first.stdout).toMatch(/diffmean, layer 5, strength \d/)
    expect(first.stdout).toContain('teaching aid')
    expect(first.stdout).toContain('Report  plimsoll-results/mine/report.html   (and .md, .json)')
    for (const name of ['report.html', 'report.md', 'report.json', 'diffmean.safetensors'])
      expect(existsSync(join(folder.path, 'plimsoll-results/mine', name))).toBe(true)
    expect(Math.max(...first.stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })

  it('tells what is happening in plain lines where there is no terminal', () => {
    const lines = first.stderr.trimEnd().split('\n')
    for (const line of lines) expect(line).toMatch(/^ {2}(fit|select|measure) +[\d/]+ {2}\d+ tok\/s/)
    // Control characters are for terminals.
    expect(stripVTControlCharacters(first.stdout + first.stderr)).toBe(first.stdout + first.stderr)
    expect(first.stdout + first.stderr).not.toContain('\r')
    expect(lines.length).toBeLessThanOrEqual(60)
  })

  it('writes a report.json of the shape that is promised', () => {
    const { conditions, study, labels } = Report.parse(JSON.parse(read('plimsoll-results/mine/report.json')))
    expect(study).toBe('mine')
    expect(labels.join()).toContain('teaching aid')
    expect(conditions.map(condition => condition.role)).toEqual(
      expect.arrayContaining(['baseline', 'method', 'reference', 'positive-control', 'identity']),
    )
  })

  it('prints its verdict again when it has finished, and makes nothing', async () => {
    const again = await folder.plimsoll('run', 'studies/mine.yaml', ...one)
    expect(again.code).toBe(0)
    expect(again.stderr).toBe('')
    expect(again.stdout).toMatch(/Nothing to do: finished .* UTC, all (\d+) chunks are in \.plimsoll\/store\.db/)
    expect(verdictOf(again.stdout)).toBe(verdictOf(first.stdout))
  })

  it('--json is one document and nothing else', async () => {
    const { code, stdout } = await folder.plimsoll('run', 'studies/mine.yaml', '--json', ...one)
    expect(code).toBe(0)
    const printed = Report.parse(JSON.parse(stdout))
    expect(printed.conditions).toEqual(Report.parse(JSON.parse(read('plimsoll-results/mine/report.json'))).conditions)
  })

  it('--gate makes the verdict the exit code, and --quiet leaves only the answer', async () => {
    const verdict = Report.parse(JSON.parse(read('plimsoll-results/mine/report.json'))).conditions.find(
      condition => condition.role === 'method',
    )?.verdict
    const gated = await folder.plimsoll('run', 'studies/mine.yaml', '--gate', '--quiet', ...one)
    expect(gated.code).toBe(exitCodes[verdict ?? ''])
    expect(gated.stderr).toBe('')
    expect(gated.stdout.trimStart()).toMatch(/^[A-Z ]+ {3}diffmean/)
    const lenient = await folder.plimsoll('run', 'studies/mine.yaml', '--gate=not-broken', '--quiet', ...one)
    expect(lenient.code).toBe(verdict === 'undecided' ? 0 : exitCodes[verdict ?? ''])
  })

  it('is the latest that plimsoll alone shows', async () => {
    const { stdout } = await folder.plimsoll()
    expect(stdout).toMatch(/Latest: mine on organism, \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
    expect(verdictOf(stdout)).toBe(verdictOf(first.stdout))
    expect(stdout).toContain('Report  plimsoll-results/mine/report.html')
    const { latest } = z.object({ latest: Report }).parse(JSON.parse((await folder.plimsoll('--json')).stdout))
    expect(latest.study).toBe('mine')
  })

  it('is reported again from the store alone', async () => {
    const before = read('plimsoll-results/mine/report.json')
    rmSync(join(folder.path, 'plimsoll-results'), { recursive: true })
    const { code, stdout } = await folder.plimsoll('report', 'mine')
    expect(code).toBe(0)
    expect(verdictOf(stdout)).toBe(verdictOf(first.stdout))
    expect(read('plimsoll-results/mine/report.json')).toBe(before)
    const elsewhere = await folder.plimsoll('report', 'mine', '-o', 'docs/mine', '--json')
    expect(JSON.parse(elsewhere.stdout)).toEqual({
      study: 'mine',
      run: expect.any(String),
      files: ['html', 'md', 'json'].map(form => join('docs/mine', `report.${form}`)),
    })
    // By its file, which may say another name than its own.
    folder.write('renamed.yaml', 'study: demo\nname: mine\n')
    for (const file of ['mine.yaml', 'renamed.yaml'])
      expect((await folder.plimsoll('report', file, '--json')).code).toBe(0)
    expect((await folder.plimsoll('report', 'mime')).stderr).toContain('Did you mean mine?')
  })

  it('goes on with what is still valid when its file is changed', async () => {
    folder.write('studies/mine.yaml', `${tinyStudy}references: { random: 0 }\n`)
    const { code, stdout } = await folder.plimsoll('run', 'studies/mine.yaml', ...one)
    expect(code).toBe(0)
    const [, reused, of] = /reused (\d+) of (\d+) chunks/.exec(stdout) ?? []
    expect(reused).toBe(of)
    expect(stdout).toContain('✔ measure  4 axes × 8 conditions')
  })
})

describe('--plan', () => {
  it('prints the study in full, what it has to do and for how long, and runs nothing', async () => {
    folder.write('plan.yaml', tinyStudy)
    const { code, stdout, stderr } = await folder.plimsoll('run', 'plan.yaml', '--plan', '--store', 'plan.db', ...one)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^( {2}estimate +\d+\/\d+ .*\n)+$/)
    expect(stdout).toMatch(/^study: demo\nversion: 1\nname: plan\n/)
    expect(stdout).toMatch(/^# measure +organism\/harmful\/test +16 × 9: baseline, diffmean,/m)
    expect(stdout).toMatch(/^# in all [\d,]+ answers and scores, about \d+ (s|min) here \(\d+ tokens\/s measured\)$/m)
    expect(existsSync(join(folder.path, 'plan.db'))).toBe(false)
  })

  it('fetches nothing', async () => {
    const { code, stdout } = await folder.plimsoll('run', 'overrefusal-quick', '--plan')
    expect(code).toBe(0)
    expect(stdout).toMatch(/how long is known when the model is here \(plimsoll model pull /)
    const { minutes, answers } = z
      .object({ minutes: z.null(), answers: z.int() })
      .parse(JSON.parse((await folder.plimsoll('run', 'overrefusal-quick', '--plan', '--json')).stdout))
    expect(minutes).toBeNull()
    expect(answers).toBeGreaterThan(500)
  })
})

describe.skipIf(process.platform === 'win32')('Ctrl-C', () => {
  const study = ['run', 'long.yaml', '--store', 'long.db', ...one]
  beforeAll(() => {
    folder.write('long.yaml', `${tinyStudy.replace('16', '24')}safeguards: false\nchunk: 8\n`)
  })

  it('stops after the chunk in hand, and the printed line goes on from there', async () => {
    let told = false
    const stopped = await folder.watch(study, (said, child) => {
      if (told || !said.includes('measure')) return
      told = true
      child.kill('SIGINT')
    })
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain(`Stopping after this chunk. Go on with: plimsoll ${study.join(' ')}\n`)
    expect(stopped.stderr.trimEnd().endsWith('  Stopped.')).toBe(true)
    expect(stopped.stdout).not.toContain('Report')

    const resumed = await folder.plimsoll(...study)
    expect(resumed.code).toBe(0)
    const [, reused, of] = (/reused (\d+) of (\d+) chunks from long\.db/.exec(resumed.stdout) ?? []).map(Number)
    expect(reused).toBeGreaterThan(0)
    expect(reused).toBeLessThan(of ?? 0)
    expect(resumed.stdout).toMatch(/✔ fit .*, from the store/)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('%s to the whole group leaves the engine to its caller', async sent => {
    let told = false
    const args = ['run', 'long.yaml', '--store', `${sent}.db`, ...one]
    const { code, stderr } = await folder.watch(args, (said, child) => {
      if (told || !said.includes('measure') || child.pid === undefined) return
      told = true
      for (const pid of [...childrenOf(child.pid), child.pid]) process.kill(pid, sent)
    })
    expect(code).toBe(130)
    expect(stderr).toContain('Stopping after this chunk.')
    expect(stderr).not.toMatch(/engine stopped|✖/)
  })

  it('pressed twice ends at once', async () => {
    let pressed = 0
    const { code, stdout } = await folder.watch(
      ['run', 'long.yaml', '--store', 'twice.db', '--json', ...one],
      (said, child) => {
        if (pressed === 0 ? said.includes('fit') : pressed === 1 && said.includes('Stopping')) {
          pressed += 1
          child.kill('SIGINT')
        }
      },
    )
    expect({ code, pressed }).toEqual({ code: 130, pressed: 2 })
    expect(stdout).toBe('')
  })
})

/** Processes that a process started. */
function childrenOf(pid: number): number[] {
  const listed = execFileSync('ps', ['-o', 'pid=,ppid=', '-A'], { encoding: 'utf8' })
  const pairs = listed
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
  return pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []))
}

/** From the verdict's word to the last sentence. */
function verdictOf(text: string): string {
  const found = /^ {2}[A-Z][A-Z ]+ {3}diffmean[\s\S]*?teaching aid[^\n]*/m.exec(text)?.[0]
  expect(found).toBeDefined()
  return found ?? ''
}
