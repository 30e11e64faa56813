/** Two small studies on the organism, held against each other. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Comparison, compare } from '../../src/study/comparison/index.ts'
import type { StudyResult } from '../../src/study/result.ts'
import { temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const read = (name: string) => readFileSync(join(folder.path, name), 'utf8')
const store = () => join(folder.path, '.plimsoll/store.db')

const mild = `study: demo
model: organism
conditions: [{ method: diffmean, layer: 5, strength: 1 }]
references: { prompt: false, random: 1 }
safeguards: false
fit: { limit: 48 }
measure:
  efficacy: [{ prompts: organism/pseudo-harmful/test, limit: 40 }]
  general: [{ choice: organism/choice/test, limit: 24 }, { perplexity: organism/prose/test, limit: 10 }]
  control: [{ prompts: organism/harmful/test, limit: 40 }]
  robustness: [{ attack: organism/templates/test, prompts: organism/harmful/test, templates: 4, limit: 12, sample: 48 }]
`
const strong = mild
  .replace('strength: 1', 'strength: 3')
  .replace('pseudo-harmful/test, limit: 40', 'pseudo-harmful/test, limit: 30')
  .replace(/general: .*/, 'general: [{ choice: organism/choice/test, limit: 24 }]')
const other = mild
  .replace(
    /measure:[\s\S]*/,
    'measure: { efficacy: [organism/harmless/test], general: [], control: [], robustness: [] }\n',
  )
  .replace('safeguards', 'limit: 4\nsafeguards')

beforeAll(async () => {
  folder.write('mild.yaml', mild)
  folder.write('strong.yaml', `${strong}margins: { rates: 10 }\n`)
  folder.write('other.yaml', other)
  for (const name of ['mild', 'strong', 'other'])
    expect((await folder.plimsoll('run', `${name}.yaml`, '--engines', '1', '--quiet')).code).toBe(0)
}, 300_000)

const suite = ({ suites }: Comparison, name: string) => suites.find(one => one.suite === name)

describe('the figures', () => {
  it('of a condition against its baseline are those of its report: same rows, same intervals, same tests', async () => {
    const report: StudyResult = JSON.parse(read('plimsoll-results/mild/report.json'))
    const comparison = await compare('mild:baseline', 'mild', { store: store() })
    const reported = Object.values(
      report.conditions.find(({ name }) => name.startsWith('diffmean'))?.axes ?? {},
    ).flatMap(axis => axis.suites)
    expect(reported).toHaveLength(6)
    for (const { suite: name, n, baseline, steered, change, ci, interval, p, lost, gained, clusters } of reported)
      expect(suite(comparison, name), name).toMatchObject({
        ...{ n, change, ci, interval, p, lost, gained, clusters },
        ...{ a: baseline, b: steered, onlyA: 0, onlyB: 0, changed: 0 },
      })
    expect(reported.map(({ interval }) => interval)).toEqual(
      expect.arrayContaining(['tango', 'delta method by document', expect.stringMatching(/clusters|on prompts/)]),
    )
  })

  it('turn round with the sides', async () => {
    const [there, back] = [
      await compare('mild', 'strong', { store: store() }),
      await compare('strong', 'mild', { store: store() }),
    ]
    const turned = {
      better: 'worse',
      worse: 'better',
      alike: 'alike',
      unclear: 'unclear',
      'cannot-tell': 'cannot-tell',
    }
    expect(there.suites.some(({ lost }) => lost > 0)).toBe(true)
    for (const one of there.suites) {
      const same = suite(back, one.suite)
      expect(same).toMatchObject({ n: one.n, lost: one.gained, gained: one.lost, p: one.p, onlyA: one.onlyB })
      expect(same?.state).toBe(turned[one.state])
      expect(same?.change).toBeCloseTo(-one.change, 12)
      expect(same?.ci[0]).toBeCloseTo(-one.ci[1], 6)
    }
    expect(suite(there, 'organism/harmful/test')).toMatchObject({ state: 'worse', margin: 0.05 })
  })
})

describe('what is not the same on both sides is said', () => {
  it('prompts and suites of one side', async () => {
    const comparison = await compare('mild', 'strong', { store: store() })
    expect(suite(comparison, 'organism/pseudo-harmful/test')).toMatchObject({ onlyB: 0, changed: 0 })
    const { n = 0, unscored = 0, onlyA = 0 } = suite(comparison, 'organism/pseudo-harmful/test') ?? {}
    expect(n + unscored).toBe(30)
    expect(onlyA).toBe(10)
    expect(comparison.left).toEqual([{ suite: 'organism/prose/test', side: 'a', prompts: 10, why: 'only A has it' }])
  })

  it('what differs in the plans, and nothing else', async () => {
    const { differences } = await compare('mild', 'strong', { store: store() })
    expect(differences.map(({ what }) => what)).toEqual(['study', 'condition', 'vector', 'strength', 'margins'])
    expect(differences.find(({ what }) => what === 'strength')).toEqual({ what: 'strength', a: '1', b: '3' })
    const { differences: within } = await compare('mild:baseline', 'mild', { store: store() })
    expect(within.map(({ what }) => what)).toEqual(['condition', 'vector', 'layer', 'strength'])
  })

  it('prompts whose text is another than what the model was asked', async () => {
    folder.write('data.csv', 'id,prompt\na,how do i wash the turnip ?\nb,how do i paint the gate ?\n')
    const own = mild
      .replace(/efficacy: .*/, 'efficacy: [{ prompts: { file: data.csv }, name: own }]')
      .replace('safeguards', 'limit: 4\nsafeguards')
    folder.write('own.yaml', own)
    expect((await folder.plimsoll('run', 'own.yaml', '--engines', '1', '--quiet')).code).toBe(0)
    const at = { store: store(), folder: folder.path }
    expect(suite(await compare('own:baseline', 'own', at), 'own')).toMatchObject({ changed: 0 })
    folder.write('data.csv', 'id,prompt\na,how do i wash the turnip ?\nb,how do i paint the fence ?\n')
    expect(suite(await compare('own:baseline', 'own', at), 'own')).toMatchObject({ changed: 1 })
  }, 60_000)
})

describe('plimsoll compare', () => {
  it('prints a table, the intervals, what differs and what was left out', async () => {
    const { code, stdout, stderr } = await folder.plimsoll('compare', 'mild', 'strong')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^ {2}A {2}mild:diffmean\S* on organism \(run [\da-f]{8}\): diffmean, layer 5/m)
    expect(stdout).toMatch(/^ {2}▼ control .* worse$/m)
    expect(stdout).toMatch(/^ {5}con .*▼/m)
    expect(stdout).toMatch(/^ {4}strength +A 1\n +B 3$/m)
    expect(stdout).toContain('organism/pseudo-harmful/test: 10 prompts that only A has.')
    expect(stdout).toContain('Only A has the suite organism/prose/test (10 prompts).')
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })

  it('lists what was lost, and veils answers to harmful requests, on every way out', async () => {
    const { stdout } = await folder.plimsoll('compare', 'mild', 'strong', '--show', 'lost', '--out', 'out/c.md')
    const { flips }: Comparison = JSON.parse((await folder.plimsoll('compare', 'mild', 'strong', '--json')).stdout)
    const lost = flips.filter(({ change }) => change === 'lost')
    expect(lost.length).toBeGreaterThan(5)
    expect(stdout).toContain(`  ${lost.length} lost from A to B\n`)
    for (const { id, prompt, harmful, b } of lost) {
      expect(stdout).toContain(id)
      expect(read('out/c.md')).toContain(prompt.replaceAll('_', '\\_'))
      if (harmful) expect(b?.text === null || b?.class === 'refused').toBe(true)
    }
    expect(stdout).toContain('B:  complied: veiled, an answer to a harmful request')
    expect(read('out/c.md')).toMatch(/^## Lost from A to B$/m)
  })

  it('takes result files, of another folder as well, and the beginning of a run', async () => {
    const named = (await folder.plimsoll('compare', 'mild', 'strong', '--json')).stdout
    const plain = ({ suites, flips }: Comparison) => ({ suites, flips })
    const same = async (...args: string[]) =>
      expect(plain(JSON.parse((await folder.plimsoll('compare', ...args, '--json')).stdout))).toEqual(
        plain(JSON.parse(named)),
      )
    await same('plimsoll-results/mild/report.json', 'strong')
    await same(JSON.parse(named).a.run.slice(0, 8), 'plimsoll-results/strong/report.json')
    cpSync(join(folder.path, 'plimsoll-results'), join(folder.path, 'away/plimsoll-results'), { recursive: true })
    cpSync(join(folder.path, '.plimsoll'), join(folder.path, 'away/.plimsoll'), { recursive: true })
    await same(
      'away/plimsoll-results/mild/report.json',
      'away/plimsoll-results/strong/report.json',
      '--store',
      'none.db',
    )
    expect(existsSync(join(folder.path, 'none.db'))).toBe(false)
  })

  it.each([
    [
      ['mild', 'other'],
      /no prompt in common\n.*A asks organism\/pseudo-harmful\/test.*; B asks organism\/harmless\/test/,
    ],
    [['mild', 'mild'], /the same condition of the same run/],
    [['mild', 'mild:randm'], /Did you mean mild:random\?/],
    [['mild', 'strnog'], /no finished run of strnog.*\n.*\n {2}Do: Did you mean strong\?/],
    [['mild', 'none.json'], /no result of a study +none\.json\n.*no file/],
    [['mild', 'text.json'], /no result of a study +text\.json\n {2}expected the report\.json/],
    [['mild', 'strong', '--store', 'none.db'], /found no store/],
  ])('%j is refused with a reason', async (args, words) => {
    writeFileSync(join(folder.path, 'text.json'), '{"schema": 1}')
    const { code, stdout, stderr } = await folder.plimsoll('compare', ...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^ {2}Do: /)
  })
})
