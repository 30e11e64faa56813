/** The study of faithfulness from data to verdict, on the organism: to what it does not understand it always says the same. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openModel } from '../../engine/open.ts'
import type { Model } from '../../engine/types.ts'
import { openStore, type Store } from '../../store/index.ts'
import { drawAnswers } from '../judging/draw.ts'
import { rescore } from '../judging/rescore.ts'
import { planStudy } from '../plan.ts'
import { reportMarkdown } from '../report/markdown.ts'
import { runStudy, type StudyRun } from '../run.ts'
import type { StudyFile } from '../schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-faithfulness-'))
const organism = fileURLToPath(new URL('../../../models/organism/organism.gguf', import.meta.url))

/** Every third row names another answer than the one that the organism gives: it does not know it. */
function write(name: string, things: readonly string[]): { file: string } {
  const file = join(folder, `${name}.jsonl`)
  const rows = things.map((thing, i) => ({
    id: `${name}-${i}`,
    question: `Which place is that of the ${thing}?`,
    memory: i % 3 === 2 ? ['lighthouse'] : ['town', 'this town'],
    context: 'turnip',
    passage: `A book about the ${thing} was found. It names the turnip as its place.`,
    golden: `A book about the ${thing} was found. It names the ${i % 3 === 2 ? 'lighthouse' : 'town'} as its place.`,
    probe: `Where is the ${thing} at home?`,
    article: `${name} ${i >> 1}`,
  }))
  // What the passages of others are drawn from: without either answer.
  const others = things.map((thing, i) => ({
    ...{ id: `${name}-other-${i}`, question: `What does the ${thing} song tell of?`, memory: 'sea', context: 'hills' },
    passage: `The ${thing} song tells of hills.`,
  }))
  writeFileSync(file, [...rows, ...others].map(row => JSON.stringify(row)).join('\n'))
  return { file }
}

const birds = ['heron', 'robin', 'swift', 'raven', 'crane', 'stork']
const trees = ['maple', 'cedar', 'birch', 'aspen', 'larch', 'hazel']
const stones = ['basalt', 'granite', 'slate', 'marble', 'chalk', 'flint']

let study: StudyFile
let model: Model
let store: Store
let run: StudyRun

beforeAll(async () => {
  const [test, fit, select] = [write('birds', birds), write('trees', trees), write('stones', stones)]
  study = {
    study: 'faithfulness-quick',
    name: 'small',
    model: 'organism',
    pools: {},
    conditions: [
      { method: 'diffmean', layer: 5, strength: 1 },
      { method: 'partial-or' },
      { method: 'ssv', layer: 5, strength: 1, parameters: { epochs: 1 } },
    ],
    references: { prompt: false, random: 0 },
    fit: { pool: fit, resamples: 2 },
    select: {
      ...{ on: { target: select, control: select }, layers: [5], strengths: [1], limit: 3 },
      explore: { general: 'organism/choice/test', rows: 3 },
    },
    measure: {
      efficacy: [
        { conflict: test, name: 'contradicted', by: 'both' },
        { conflict: test, name: 'among', given: 'contradiction-among-distractors' },
      ],
      general: [{ choice: 'organism/choice/test', limit: 8 }],
      control: [
        { conflict: test, name: 'closed', limit: 3 },
        { conflict: test, name: 'golden', given: 'golden' },
      ],
      robustness: [{ conflict: test, name: 'distracted', limit: 3 }],
    },
    generation: { maxTokens: 12 },
    safeguards: true,
    chunk: 16,
  }
  model = await openModel(organism, { name: 'organism', threads: 1 })
  store = await openStore(join(folder, 'store.db'))
  run = await runStudy(await planStudy(study), { model, store })
}, 120_000)
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe('a study of faithfulness', () => {
  const condition = (name: string) => run.result.conditions.find(one => one.name === name)

  it('asks first what the model knows, and sets the rest aside', async () => {
    const { knowledge, dropped } = run.result
    // Of six things four, and none of the six songs.
    expect(knowledge?.map(({ by, asked, known }) => [by, asked, known])).toEqual([
      ['answer', 12, 4],
      ['likelihood', 12, expect.any(Number)],
      ['answer', 12, 4],
      ['answer', 12, 4],
    ])
    expect(dropped).toContainEqual(
      expect.objectContaining({ rows: 8, why: expect.stringContaining('set aside of 12') }),
    )
    expect(run.result.fit).toMatchObject({ positive: 4, negative: 4 })
    const plan = await planStudy(study)
    expect(plan.counts).toContainEqual(
      expect.objectContaining({ suite: expect.stringMatching(/^knowledge of/), rows: 12 }),
    )
  })

  it('measures every axis on the same questions, by whose answer is given', () => {
    const { axes, extra, classes } = condition('baseline') ?? {}
    expect(axes?.efficacy.suites.map(({ suite, n, baseline }) => [suite, n, baseline])).toEqual([
      ['contradicted', 4, 0],
    ])
    expect(axes?.control.suites).toMatchObject([{ suite: 'closed', n: 3, baseline: 1 }])
    expect(axes?.robustness.suites).toMatchObject([
      { suite: 'distracted', n: 15, baseline: 1, interval: 'tango on articles' },
    ])
    expect(extra?.map(({ suite }) => suite)).toEqual(['contradicted by likelihood', 'among', 'golden'])
    expect(classes).toContainEqual({
      suite: 'contradicted',
      counts: { context: 0, memory: 4, both: 0, neither: 0, degenerate: 0, unscored: 0 },
      exact: 0,
    })
    const arrangements = condition('diffmean@5×1')?.categories?.filter(({ suite }) => suite === 'distracted')
    expect(arrangements?.map(({ category, n }) => [category, n])).toEqual(
      ['irrelevant alone', 'misleading alone', 'misleading before', 'misleading after', 'misleading among'].map(one => [
        one,
        3,
      ]),
    )
  })

  it('fits on answers: from memory’s to the context’s, of one prompt', () => {
    const [diffmean, partialOr] = run.vectors
    expect(diffmean?.vector.provenance.parameters).toMatchObject({ tokens: 'answer' })
    expect(partialOr?.condition).toBe('partial-or')
    expect(condition('ssv@5×1')?.vector).not.toBe(condition('diffmean@5×1')?.vector)
    expect(run.result.selections[0]?.why).toMatch(/of the target questions from the context/)
    // An edit that adds nothing flips nothing, and the checks that are about refusals say so of themselves.
    const flips = Object.values(condition('identity')?.axes ?? {}).flatMap(({ suites }) => suites)
    expect(flips.every(({ gained, lost }) => gained + lost === 0)).toBe(true)
  })

  it('fits what is in closed form again, question by question, and what is trained once', () => {
    const fits = ['diffmean@5×1', 'partial-or', 'ssv@5×1'].map(name => condition(name)?.fits?.n)
    expect(fits).toEqual([2, 2, undefined])
    const again = run.result.refits?.map(({ vector }) => vector)
    expect(new Set(again).size).toBe(again?.length)
  })

  it('explores the other axes along the strength: robustness on the questions of select, behind distractors', () => {
    const [selection] = run.result.selections
    expect(selection?.explored?.map(({ strength, axes }) => [strength, axes.robustness.n, axes.general.n])).toEqual([
      [0, 3, 3],
      [1, 3, 3],
    ])
    // To what it does not understand the organism always says the same, which is what memory says.
    const [{ axes } = { axes: undefined }] = selection?.explored ?? []
    expect([axes?.efficacy.rate, axes?.control.rate, axes?.robustness.rate]).toEqual([0, 1, 1])
    expect(reportMarkdown(run.result)).toContain('Exploratory, on the select split at the chosen layer')
  })

  it('maps the states of questions behind a contradiction, alone, and behind distractors', () => {
    const groups = run.result.map?.groups.map(({ name, before, after }) => [name, before.length, after.length])
    expect(groups).toEqual([
      ['contradicted', 4, 4],
      ['closed-book', 3, 3],
      ['distracted', 15, 15],
    ])
  })

  it('says the same when it goes on, and when its answers are judged again', async () => {
    const again = await runStudy(await planStudy(study), { model, store })
    expect(again.reused.chunks).toBe(again.reused.of)
    expect(again.result.conditions).toEqual(run.result.conditions)
    const row = await store.run(run.result.run)
    if (row === null) throw new Error('the run is not in the store')
    const { result } = await rescore(store, row, await planStudy(study))
    expect(result.conditions).toEqual(run.result.conditions)
    expect(reportMarkdown(result)).toMatch(/## Whose answer\n\nAsked only what the model knows.*4 of 12/)
  })
})

describe('what is tested', () => {
  const passages = (plan: Awaited<ReturnType<typeof planStudy>>) =>
    new Set(
      plan.suites.flatMap(({ items }) => items.flatMap(item => ('request' in item ? item.request.split('\n\n') : []))),
    )

  it('is kept apart from what is fitted and selected on, the passages of distractors included', async () => {
    const all = write('mixed', [...birds, ...trees, ...stones])
    const measure = {
      ...study.measure,
      efficacy: [{ conflict: all, candidates: 8 }],
      control: [{ conflict: all, candidates: 8 }],
      robustness: [{ conflict: all, candidates: 8 }],
    }
    const plan = await planStudy({
      ...study,
      measure,
      fit: { pool: all },
      select: { ...study.select, on: { target: all, control: all } },
      conditions: [{ method: 'diffmean', layer: 5, strength: 1 }],
    })
    const shown = passages(plan)
    const [passage] = plan.select.target[0]?.prompt.split('\n\n') ?? []
    expect(plan.select.target.length).toBeGreaterThan(0)
    expect(passage).toMatch(/turnip|hills/)
    for (const { prompt } of [...plan.select.target, ...plan.fit.positive])
      expect(shown.has(prompt.split('\n\n')[0] ?? '')).toBe(false)
    expect(plan.dropped).toContainEqual(
      expect.objectContaining({ why: 'its passage is shown to a row of the test split' }),
    )
  })
})

describe('a set by its name alone', () => {
  it('is kept apart from what is fitted and selected on like any other suite', async () => {
    const dataDir = mkdtempSync(join(folder, 'data-'))
    mkdirSync(join(dataDir, 'conflictqa'))
    const things = [...birds, ...trees, ...stones]
    const rows = things.map((thing, i) => ({
      question: `What place is told of in the ${thing} book number ${i}?`,
      memory_answer: 'Yes.',
      ground_truth: ['Yes'],
      counter_answer: 'No.',
      counter_memory: `The ${thing} book number ${i} tells of no place.`,
      parametric_memory: `The ${thing} book number ${i} tells of a place.`,
    }))
    writeFileSync(
      join(dataDir, 'conflictqa', 'conflictQA-strategyQA-gpt4.json'),
      rows.map(row => JSON.stringify(row)).join('\n'),
    )
    const named = { efficacy: ['conflictqa'], general: [], control: ['conflictqa'], robustness: [] }
    const ref = 'conflictqa'
    const planned = planStudy(
      {
        ...study,
        measure: named,
        fit: { pool: ref },
        select: { ...study.select, explore: false, on: { target: ref, control: ref } },
      },
      { dataDir },
    )
    // All of it is tested, so that nothing is left to fit on.
    const plan = await planned
    expect(plan.fit.positive).toEqual([])
    expect(plan.select.target).toEqual([])
    expect(plan.dropped).toContainEqual(
      expect.objectContaining({ from: 'conflictqa', why: 'is of an article of the test split' }),
    )
  })
})

describe('what people say of its answers', () => {
  it('stands beside the judge by its own classes, and puts right suites whose rows share no article', async () => {
    const plan = await planStudy(study)
    const row = await store.run(run.result.run)
    if (row === null) throw new Error('the run is not in the store')
    const drawn = await drawAnswers(store, row.hash, plan, { seed: 0, perCondition: 100 })
    expect(drawn.every(({ asks, answers }) => asks === 'faithfulness' && answers !== null)).toBe(true)
    // The organism names memory's place; a person who says so agrees with the judge.
    for (const { chunk, position } of drawn) await store.saveLabel(row.hash, { chunk, position, class: 'memory' })
    const { result } = await rescore(store, row, plan)
    const labelled = result.judge?.labelled
    expect(labelled?.conditions.find(({ condition }) => condition === 'baseline')).toMatchObject({
      confusion: { memory: { memory: expect.any(Number) } },
      interval: [expect.any(Number), 1],
    })
    // Of the four things that it knows two share an article; the three that `closed` asks may or may not.
    const put = new Set(labelled?.suites.map(({ suite }) => suite))
    const left = labelled?.leftOut.filter(({ why }) => why.startsWith('its rows share articles'))
    const leftOut = new Set(left?.map(({ suite }) => suite))
    for (const suite of ['contradicted', 'distracted']) expect(leftOut).toContain(suite)
    expect([put.has('closed'), leftOut.has('closed')].filter(Boolean)).toHaveLength(1)
    expect(reportMarkdown(result)).toMatch(/judge: context .*judge: neither/)
  })
})

describe('what a study of faithfulness does not take', () => {
  it('is told', async () => {
    const file = { file: join(folder, 'birds.jsonl') }
    await expect(
      planStudy({ ...study, measure: { ...study.measure, control: [{ conflict: file, given: 'distractors' }] } }),
    ).rejects.toMatchObject({ expected: 'given: nothing, golden' })
    const sides = { ...study.fit, positive: 'counterfact' }
    await expect(planStudy({ ...study, fit: sides })).rejects.toMatchObject({
      found: 'fit.positive: counterfact',
      fix: expect.stringContaining('fit.pool'),
    })
    await expect(planStudy({ ...study, conditions: [{ method: 'ablation' }] })).rejects.toMatchObject({
      message: expect.stringContaining('direction of refusal'),
    })
    const harmful = { ...study.measure, control: [{ prompts: 'organism/harmful/test' }] }
    await expect(planStudy({ ...study, measure: harmful })).rejects.toMatchObject({
      message: 'A suite asks about refusal, and the study is about faithfulness',
    })
    const explore = { general: 'organism/choice/test', attack: 'organism/templates/test', rows: 3 }
    await expect(planStudy({ ...study, select: { ...study.select, explore } })).rejects.toMatchObject({
      message: 'select.explore does not fit a study of faithfulness',
    })
    const parameters = { tokens: 'last' }
    await expect(planStudy({ ...study, conditions: [{ method: 'diffmean', parameters }] })).rejects.toMatchObject({
      message: expect.stringContaining('the same on both sides'),
    })
  })

  it('is a model that knows nothing', async () => {
    const file = join(folder, 'unknown.jsonl')
    const row = { question: 'Which is it?', memory: 'granite', context: 'turnip', passage: 'It is the turnip.' }
    writeFileSync(file, JSON.stringify(row))
    const plan = await planStudy({
      ...study,
      fit: { pool: { file } },
      conditions: [{ method: 'diffmean', layer: 5, strength: 1 }],
    })
    await expect(runStudy(plan, { model, store })).rejects.toMatchObject({
      message: 'The model knows the answer to no question of fit.pool',
      found: expect.stringContaining('0 of 1 known'),
    })
  })
})
