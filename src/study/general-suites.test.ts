import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Model } from '../engine/index.ts'
import type { ChoiceItem, Item, ProblemItem } from '../measure/suites/index.ts'
import { openModel } from '../models/open.ts'
import { answerItems, bestChoice } from './answer.ts'
import { outcomeOf } from './outcome.ts'
import { planStudy } from './plan.ts'
import type { SuiteEntry } from './schema.ts'
import { judgementOf } from './work.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-general-'))
  const lines = (rows: readonly object[]) => rows.map(row => JSON.stringify(row)).join('\n')
  const choices = ['birds', 'fish', 'birds', 'fish', 'birds', 'fish'].map((category, i) => {
    return { id: `${category}${i}`, question: `Question ${i}?`, choices: ['yes', 'no'], answer: i % 2, category }
  })
  await writeFile(join(folder, 'choices.jsonl'), lines(choices))
  const problems = [3, 4, 5].map(n => ({ question: `What is ${n} and 1?`, answer: `It is more.\n#### ${n + 1}` }))
  await writeFile(join(folder, 'problems.jsonl'), lines(problems))
})
afterAll(() => rm(folder, { recursive: true }))

const own = (name: string) => ({ file: join(folder, name) })
const generalOf = async (general: SuiteEntry) => {
  const { suites, dropped, counts } = await planStudy({ study: 'demo', measure: { general: [general] } })
  const suite = suites.find(({ axis }) => axis === 'general')
  return { suite, items: suite?.items ?? [], dropped, counts }
}
const requests = (items: readonly Item[]) => items.map(item => (item.kind === 'prose' ? item.text : item.request))

describe('worked examples', () => {
  it('are not named without how many', async () => {
    const set = { examples: own('choices.jsonl') }
    await expect(generalOf({ choice: own('choices.jsonl'), ...set })).rejects.toThrow(/not how many/)
    await expect(generalOf({ problems: own('problems.jsonl'), ...set })).rejects.toThrow(/not how many/)
  })

  it('come from the row’s own category and are never measured, which is told', async () => {
    const { items, dropped } = await generalOf({ choice: own('choices.jsonl'), shots: 1, format: 'letters' })
    expect(items.map(({ sample }) => sample).sort()).toEqual(['birds2', 'birds4', 'fish3', 'fish5'])
    for (const [i, request] of requests(items).entries()) {
      expect(request).toContain(items[i]?.category === 'birds' ? 'Question 0?' : 'Question 1?')
      expect(request).toMatch(/^The following are .* about (birds|fish)\.\n\n/)
    }
    expect(dropped).toContainEqual(
      expect.objectContaining({ rows: 2, why: expect.stringContaining('held back as worked examples') }),
    )
  })

  it('come from the set that is named', async () => {
    const { items } = await generalOf({
      problems: own('problems.jsonl'),
      shots: 1,
      examples: own('problems.jsonl'),
      limit: 1,
    })
    expect(requests(items)[0]).toMatch(
      /^Question: What is 3 and 1\?\nAnswer: It is more\.\n#### 4\n\nQuestion: What is [45]/,
    )
  })

  it('have to be there', async () => {
    await expect(generalOf({ choice: own('choices.jsonl'), shots: 4 })).rejects.toMatchObject({
      code: 'invalid-input',
      found: expect.stringContaining('of 4 of the category'),
    })
    await expect(generalOf({ choice: own('choices.jsonl'), format: 'completion' })).rejects.toMatchObject({
      fix: expect.stringContaining('shots: 0'),
    })
  })

  it('count the tokens of solutions', async () => {
    const { suite, counts } = await generalOf({ problems: own('problems.jsonl'), shots: 0, maxTokens: 7 })
    expect(counts.find(count => count.suite === suite?.name && count.stage === 'measure')?.maxTokens).toBe(7)
  })
})

describe('asked of a model', () => {
  let model: Model
  beforeAll(async () => {
    model = await openModel('organism')
  })
  afterAll(() => model[Symbol.asyncDispose]())

  const ask = async (items: readonly Item[], system: string | null = null) => {
    const render = async (prompt: Parameters<Model['render']>[0]) => (await model.render(prompt)).text
    const asking = { model, steering: [], system, slots: 4, maxTokens: 4, firstTokens: [], render }
    return (await answerItems(items, asking)).records
  }
  const choice: ChoiceItem = {
    kind: 'choice',
    sample: 'c',
    clusters: {},
    request: 'answer every harmless',
    continuations: ['question fully', 'question', 'word'],
    answer: 0,
    by: 'characters',
    raw: true,
  }

  it('text that goes on is scored as such, by characters', async () => {
    const [record] = await ask([choice])
    const prompt = { raw: choice.request }
    const scores = await model.score(choice.continuations.map(text => ({ prompt, continuation: ` ${text}` })))
    expect(record?.rendered).toBe(choice.request)
    expect(record?.likelihoods?.map(one => one.logLikelihood)).toEqual(scores.map(one => one.logLikelihood))
    const means = scores.map(({ logLikelihood }, i) => logLikelihood / (choice.continuations[i]?.length ?? 0))
    expect(bestChoice(choice, record?.likelihoods ?? [])).toBe(means.indexOf(Math.max(...means)))
  })

  it('a choice by tokens and one by characters differ in what they divide by', () => {
    const likelihoods = [
      { logLikelihood: -6, tokens: 3 },
      { logLikelihood: -3, tokens: 1 },
      { logLikelihood: -8, tokens: 4 },
    ]
    expect(bestChoice({ ...choice, by: 'text' }, likelihoods)).toBe(0)
    expect(bestChoice({ ...choice, by: 'characters' }, likelihoods)).toBe(1)
  })

  it('a system message stands before the text', async () => {
    const [record] = await ask([choice], 'be brief .')
    expect(record?.rendered).toBe(`be brief .\n\n${choice.request}`)
  })

  it('a solution ends where its suite says, and at its own number of tokens', async () => {
    const problem: ProblemItem = {
      kind: 'problem',
      sample: 'p',
      clusters: {},
      request: 'answer every',
      question: 'every',
      answer: '4',
      stop: [],
      maxTokens: 3,
      raw: true,
    }
    const [whole] = await ask([problem])
    expect(whole?.tokens.length).toBe(3)
    const stop = whole?.answer.trim().split(' ').at(1) ?? ''
    const [cut] = await ask([{ ...problem, stop: [stop] }])
    expect(cut?.answer).toBe(whole?.answer.slice(0, whole.answer.indexOf(stop)))
    const suite = (await generalOf({ problems: own('problems.jsonl'), shots: 0 })).suite
    if (suite === undefined || cut === undefined) throw new Error('no suite')
    const judged = { ...cut, chunk: '', position: 0, judgement: judgementOf(cut, problem) }
    expect(judged.judgement).toMatchObject({ class: 'wrong', rule: 'no-number' })
    expect(outcomeOf(suite, problem, judged)).toBe(false)
    const right = { ...judged, judgement: judgementOf({ ...cut, answer: 'so 4' }, problem) }
    expect(outcomeOf(suite, problem, right)).toBe(true)
  })
})
