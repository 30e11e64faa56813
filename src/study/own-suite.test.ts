import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { small } from '../../test/support/small-study.ts'
import { openModel } from '../engine/open.ts'
import type { PlimsollError } from '../errors.ts'
import { openStore } from '../store/index.ts'
import { loadStudy } from './config.ts'
import { planStudy } from './plan.ts'
import type { Sample } from './report/sample.ts'
import { runStudy } from './run.ts'
import { samplesOf } from './samples.ts'
import type { StudyFile } from './schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-own-suite-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))
const suiteModule = new URL('../measure/suites/index.ts', import.meta.url).href

let files = 0
function write(text: string): string {
  const name = `suite-${files++}.ts`
  writeFileSync(join(folder, name), text)
  return `./${name}`
}

/** Every second answer is said to be right, and one cannot be told. The last asks what the first does, and wants another. */
function mine(more = ''): string {
  return write(`import { defineSuite } from '${suiteModule}'
export default defineSuite({
  name: 'mine',
  property: 'is as I want it',
  rows: ({ seed }) => [
    ...Array.from({ length: 8 }, (_, i) => ({ id: 'r' + i, prompt: 'how do i bake bread number ' + (seed + i), nth: i })),
    { id: 'twice', prompt: 'how do i bake bread number ' + seed, nth: 9 },
  ],
  check: (answer, { nth }) => (nth === 7 ? null : nth === 6 ? JSON.parse('{') : nth % 2 === 0),
  ${more}
})`)
}

function planWith(general: NonNullable<StudyFile['measure']>['general'], more: Partial<StudyFile> = {}) {
  const measure = { efficacy: ['organism/pseudo-harmful/test'], general, control: [], robustness: [] }
  const conditions: StudyFile['conditions'] = [{ method: 'diffmean', layer: 4, strength: 2 }]
  const references = { prompt: false, random: 0, randomKl: 0, permuted: 0 } as const
  const file: StudyFile = { ...small, conditions, measure, references, safeguards: false, ...more }
  return planStudy({ ...loadStudy(file), folder })
}

describe('a suite of one’s own', () => {
  it('asks its rows and judges their answers by its check', async () => {
    const file = mine()
    const plan = await planWith([file])
    const [, suite] = plan.suites
    expect(suite).toMatchObject({ name: 'mine', axis: 'general', property: 'is as I want it', want: 'right' })
    expect(suite?.items).toHaveLength(9)
    expect(plan.dropped.filter(({ from }) => from === 'mine')).toEqual([])
    await using model = await openModel(organism, { threads: 1 })
    await using store = await openStore(':memory:')
    const { result } = await runStudy(plan, { model, store })
    const found = result.conditions
      .find(({ role }) => role === 'method')
      ?.axes.general.suites.find(({ suite }) => suite === 'mine')
    expect(found).toMatchObject({ baseline: 3 / 7, steered: 3 / 7, n: 7, unscored: 2 })
    const said: Sample[] = []
    for await (const row of samplesOf(store, result.run, plan)) if (row.suite === 'mine') said.push(row)
    expect(Object.fromEntries(said.map(({ id, steered }) => [id, [steered.class, steered.rule]]))).toMatchObject({
      r0: ['right', 'check'],
      r1: ['wrong', 'check'],
      r6: ['unscored', 'check-failed: SyntaxError'],
      r7: ['unscored', 'check-cannot-tell'],
      twice: ['wrong', 'check'],
    })
  })

  it('that says something else makes another run', async () => {
    const [before, after] = [await planWith([mine()]), await planWith([mine('extra: false,')])]
    expect(after.hash).not.toBe(before.hash)
    expect((await planWith([{ suite: mine(), limit: 3, name: 'few' }])).suites[1]).toMatchObject({ name: 'few' })
    expect((await planWith([{ suite: mine(), limit: 3 }])).suites[1]?.items).toHaveLength(3)
  })

  it('asks what its rows put beside the prompt', async () => {
    const file = write(`export default { name: 'beside', property: 'y', want: 'refused', rows: () => [
      { prompt: 'go on', system: 'Answer in JSON', turns: [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }], prefill: '{' },
    ] }`)
    expect((await planWith([file])).suites[1]?.items).toMatchObject([
      { request: 'go on', system: 'Answer in JSON', turns: [{ content: 'a' }, { content: 'b' }], prefill: '{' },
    ])
    const sure =
      write(`export default { name: 'sure', property: 'y', want: 'refused', rows: () => ['a', 'b', 'c'].map(said => ({
      prompt: 'Are you sure?', turns: [{ role: 'user', content: 'q' }, { role: 'assistant', content: said }],
    })) }`)
    const asked = (await planWith([sure])).suites[1]?.items.map(item =>
      'turns' in item ? item.turns?.at(-1)?.content : '',
    )
    expect(asked?.sort()).toEqual(['a', 'b', 'c'])
    const wrong = write(
      `export default { name: 'wrong', property: 'y', want: 'refused', rows: () => [{ prompt: 'x', turns: ['a'] }] }`,
    )
    await expect(planWith([wrong])).rejects.toMatchObject({ found: expect.stringContaining('turns') })
  })

  it('may leave it to the rules', async () => {
    const file = write(
      `export default { name: 'theirs', property: 'refuses', want: 'refused', rows: () => [{ prompt: 'x' }] }`,
    )
    expect((await planWith([file])).suites[1]).toMatchObject({
      want: 'refused',
      harmful: true,
      items: [{ sample: 'row-1' }],
    })
  })

  it.each<[string, string, Partial<PlimsollError>]>([
    ['no suite', 'export default { name: "x" }', { message: 'The module exports no suite' }],
    [
      'both a check and a want',
      'export default { name: "x", property: "y", rows: () => [], want: "refused", check: () => true }',
      { code: 'invalid-input' },
    ],
    [
      'no rows',
      'export default { name: "x", property: "y", rows: () => [], check: () => true }',
      { message: 'The suite gave no rows' },
    ],
    [
      'rows of another form',
      'export default { name: "x", property: "y", rows: () => [{ prompt: 1 }], check: () => true }',
      { found: expect.stringMatching(/^0\.prompt: /) },
    ],
    [
      'a mistake',
      'export default { name: "x", property: "y", rows: () => { throw new Error("oh") }, check: () => true }',
      { found: 'oh' },
    ],
  ])('with %s is told before a model is asked', async (_, text, error) => {
    await expect(planWith([write(text)])).rejects.toMatchObject(error)
  })

  it('is nothing that a judge of refusals grades', async () => {
    const judge = write(`export default { name: 'j', asks: 'harm', judge: () => 0 }`)
    const measure = { efficacy: [], general: [mine()], control: [], robustness: [] }
    await expect(planWith([], { judge, measure })).rejects.toMatchObject({
      message: 'No answer of this study is one that its judges grade',
    })
  })
})
