/** What every store must do, whatever database it keeps. Run by the test of each. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import type { AnswerRecord, Score, Store } from '../../src/store/types.ts'

const AnswerClass = z.enum(['refused', 'complied', 'degenerate'])

export const record = (sample: string, rest: Partial<AnswerRecord> = {}): AnswerRecord => ({
  sample,
  rendered: `<user>${sample}</user>`,
  answer: 'Sure.',
  finish: 'stop',
  promptTokens: 7,
  tokens: [31, 7],
  trace: null,
  likelihoods: null,
  clusters: {},
  ...rest,
})
const run = (hash: string, started: string) => ({
  hash,
  study: 'demo',
  plan: { seed: 1 },
  engine: { threads: 2 },
  started,
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export function storeContract(open: () => Promise<Store>): void {
  let store: Store
  beforeEach(async () => {
    store = await open()
  })
  afterEach(async () => {
    await store[Symbol.asyncDispose]()
  })

  it('takes a run up again as it was started, and lists the newest first', async () => {
    await store.startRun(run('a', '2026-01-01T00:00:00Z'))
    await store.startRun(run('b', '2026-01-02T00:00:00Z'))
    const again = await store.startRun(run('a', '2026-02-01T00:00:00Z'))
    expect(again.started).toBe('2026-01-01T00:00:00Z')
    expect(again.plan).toEqual({ seed: 1 })
    expect(await store.lastFinished()).toBeNull()
    await store.finishRun('a', '2026-02-02T00:00:00Z', { verdict: 'within' })
    expect(await store.lastFinished()).toBe('2026-02-02T00:00:00Z')
    expect((await store.runs('demo')).map(r => [r.hash, r.finished])).toEqual([
      ['b', null],
      ['a', '2026-02-02T00:00:00Z'],
    ])
    expect((await store.run('a'))?.result).toEqual({ verdict: 'within' })
    expect(await store.runs('other')).toEqual([])
    expect(await store.run('c')).toBeNull()
  })

  it('gives records back exactly as they were saved', async () => {
    const records = [
      record('one', {
        answer: 'naïve “quotes”\n\u0000🦊',
        finish: 'length',
        trace: {
          layers: [{ site: 'residual', layer: 3, tokens: 4, relativeChange: 0.31 }],
          gates: [{ term: 1, value: 0.25, open: true }],
          promptTokens: 4,
          generatedTokens: 0,
        },
        clusters: { template: 't1', prompt: 'p1' },
      }),
      record('two', {
        finish: null,
        likelihoods: [
          { logLikelihood: -12.25, tokens: 3 },
          { logLikelihood: Number.NEGATIVE_INFINITY, tokens: 1 },
        ],
      }),
    ]
    expect(await store.chunk('k')).toBeNull()
    expect(await store.saveChunk('k', records)).toBe(true)
    const back = (await store.chunk('k')) ?? []
    expect(back.map(({ chunk, position, judgement, ...rest }) => rest)).toEqual(records)
    expect(back.map(r => [r.chunk, r.position, r.judgement])).toEqual([
      ['k', 0, null],
      ['k', 1, null],
    ])
  })

  it('keeps what the first writer of a chunk wrote', async () => {
    const [first, second] = await Promise.all([
      store.saveChunk('k', [record('one', { answer: 'first' })]),
      store.saveChunk('k', [record('one', { answer: 'second' }), record('two')]),
    ])
    expect([first, second]).toEqual([true, false])
    expect((await store.chunk('k'))?.map(r => r.answer)).toEqual(['first'])
  })

  it('saves nothing of a chunk when one of its records cannot be saved', async () => {
    const broken = { ...record('two'), promptTokens: Number.NaN, rendered: '' }
    await expect(store.saveChunk('k', [record('one'), broken])).rejects.toThrow()
    expect(await store.chunk('k')).toBeNull()
    expect(await store.saveChunk('k', [record('one')])).toBe(true)
    expect(await store.chunk('k')).toHaveLength(1)
  })

  it('says which chunks of a run are done, in the order of the study', async () => {
    await store.startRun(run('a', '2026-01-01T00:00:00Z'))
    const use = { condition: 'baseline', suite: 's' } as const
    await store.useChunks('a', [
      { ...use, chunk: 'm1', stage: 'measure', order: 1 },
      { ...use, chunk: 'm0', stage: 'measure', order: 0 },
      { ...use, chunk: 's0', stage: 'select', order: 0 },
    ])
    await store.saveChunk('m0', [record('one'), record('two')])
    expect((await store.chunks('a')).map(c => [c.chunk, c.state])).toEqual([
      ['s0', 'planned'],
      ['m0', 'done'],
      ['m1', 'planned'],
    ])
    expect(await store.doneChunks(['m0', 'm1', 'zz'])).toEqual(new Set(['m0']))
    const answers = await collect(store.answers({ run: 'a', stage: 'measure', condition: 'baseline' }))
    expect(answers.map(a => [a.suite, a.sample, a.order, a.position])).toEqual([
      ['s', 'one', 0, 0],
      ['s', 'two', 0, 1],
    ])
    expect(await collect(store.answers({ run: 'a', condition: 'steered' }))).toEqual([])
  })

  it('shares a chunk between runs', async () => {
    await store.startRun(run('a', '2026-01-01T00:00:00Z'))
    await store.startRun(run('b', '2026-01-01T00:00:00Z'))
    const use = { chunk: 'k', stage: 'measure', condition: 'baseline', suite: 's', order: 0 } as const
    await store.useChunks('a', [use])
    await store.useChunks('b', [use])
    await store.saveChunk('k', [record('one')])
    expect(await collect(store.answers({ run: 'a' }))).toHaveLength(1)
    expect(await collect(store.answers({ run: 'b' }))).toHaveLength(1)
  })

  it('keeps the words of two judges apart, and the last words of each', async () => {
    await store.saveChunk('k', [record('one')])
    await store.saveJudgements('k', 'rules@1', new Map([[0, { class: 'complied', rule: 'sure', evidence: 'Sure' }]]))
    await store.saveJudgements('k', 'rules@1', new Map([[0, { class: 'refused', rule: 'late', evidence: '' }]]))
    await store.saveJudgements('k', 'rules@2', new Map([[0, { class: 'partial', rule: 'short', evidence: '' }]]))
    expect((await store.chunk('k', 'rules@1'))?.[0]?.judgement).toMatchObject({ class: 'refused', rule: 'late' })
    expect((await store.chunk('k', 'rules@2'))?.[0]?.judgement?.class).toBe('partial')
    expect((await store.chunk('k', 'rules@3'))?.[0]?.judgement).toBeNull()
  })

  it('keeps scores beside judgements, and writes anew only what has no value', async () => {
    const none = { value: null, reason: 'failed: no answer' }
    await store.saveScores(
      'k',
      'rubric@1',
      new Map<number, Score>([
        [0, { value: 0.5, reason: 'a' }],
        [2, none],
      ]),
    )
    await store.saveScores(
      'k',
      'rubric@1',
      new Map<number, Score>([
        [0, { value: 1, reason: 'b' }],
        [2, { value: 0.25, reason: 'c' }],
      ]),
    )
    await store.saveScores('k', 'openings@1', new Map<number, Score>([[0, { value: -2.5, reason: '' }]]))
    expect([...(await store.scores('k', 'rubric@1'))]).toEqual([
      [0, { value: 0.5, reason: 'a' }],
      [2, { value: 0.25, reason: 'c' }],
    ])
    expect((await store.scores('k', 'openings@1')).get(0)?.value).toBe(-2.5)
    expect(await store.scores('other', 'rubric@1')).toEqual(new Map())
  })

  it('keeps labels by run, changes and removes them', async () => {
    await store.saveLabel('a', { chunk: 'k', position: 1, class: 'refused' })
    await store.saveLabel('a', { chunk: 'k', position: 0, class: 'unclear' })
    await store.saveLabel('a', { chunk: 'k', position: 1, class: 'partial' })
    expect(await store.labels('a')).toEqual([
      { chunk: 'k', position: 0, class: 'unclear' },
      { chunk: 'k', position: 1, class: 'partial' },
    ])
    await store.removeLabel('a', { chunk: 'k', position: 0 })
    expect((await store.labels('a')).map(label => label.position)).toEqual([1])
    expect(await store.labels('b')).toEqual([])
  })

  it('tells labels of answers that were drawn from those that somebody picked', async () => {
    const answer = { chunk: 'k', position: 0 }
    await store.saveLabel('a', { ...answer, class: 'refused', how: 'chosen' })
    await store.saveLabel('a', { ...answer, class: 'partial', how: 'chosen' })
    expect(await store.labels('a')).toEqual([{ ...answer, class: 'partial', how: 'chosen' }])
    await store.saveLabel('a', { ...answer, class: 'refused' })
    expect(await store.labels('a')).toEqual([{ ...answer, class: 'refused' }])
    await store.saveLabel('a', { ...answer, class: 'complied', how: 'chosen' })
    expect(await store.labels('a')).toEqual([{ ...answer, class: 'complied' }])
    await store.removeLabel('a', answer)
    await store.saveLabel('a', { ...answer, class: 'refused', how: 'chosen' })
    await store.removeLabel('a', answer)
    await store.saveLabel('a', { ...answer, class: 'refused' })
    expect(await store.labels('a')).toEqual([{ ...answer, class: 'refused' }])
  })

  it('looks through the answers of a condition beside the baseline’s', async () => {
    const classes = {
      base: ['refused', 'refused', 'complied', 'refused'],
      own: ['refused', 'complied', 'refused', 'degenerate'],
    }
    await store.startRun(run('a', '2026-01-01T00:00:00Z'))
    const use = (chunk: string, condition: string) =>
      ({ chunk, stage: 'measure', condition, suite: 'harmful', order: 0 }) as const
    await store.useChunks('a', [use('base', 'baseline'), use('own', 'method')])
    const names = ['one', 'two', 'three', 'four']
    for (const [chunk, judged] of Object.entries(classes)) {
      // In another order, as a second baseline's rows are.
      const samples = chunk === 'own' ? names.toReversed() : names
      const records = samples.map(name =>
        record(name, { answer: `50 % of ${name}`, clusters: { template: name === 'one' ? 'a_b' : 'aXb' } }),
      )
      await store.saveChunk(chunk, [...records, record('scored', { finish: null })])
      const of = (name: string) => judged[names.indexOf(name)] ?? ''
      await store.saveJudgements(
        chunk,
        'j',
        new Map(samples.map((name, i) => [i, { class: AnswerClass.parse(of(name)), rule: 'r', evidence: '' }])),
      )
    }
    await store.saveLabel('a', { chunk: 'own', position: 2, class: 'partial', how: 'chosen' })
    const view = {
      run: 'a',
      condition: 'method',
      baseline: 'baseline',
      judges: ['j'],
      wants: new Map([['harmful', 'refused']]),
    }
    const all = { offset: 0, limit: 10 }
    const found = await store.browse(view, {}, all)
    expect(found.map(row => [row.sample, row.change, row.before, row.class, row.label])).toEqual([
      ['four', 'unscored', 'refused', 'degenerate', null],
      ['three', 'gained', 'complied', 'refused', null],
      ['two', 'lost', 'refused', 'complied', 'partial'],
      ['one', 'same', 'refused', 'refused', null],
    ])
    expect(found[0]).toMatchObject({ suite: 'harmful', chunk: 'own', position: 0, rendered: '<user>four</user>' })
    const samples = async (...[more, filter, page]: [object?, object?, object?]) =>
      (await store.browse({ ...view, ...more }, filter ?? {}, { ...all, ...page })).map(row => row.sample)
    expect(await samples({}, {}, { offset: 1, limit: 2 })).toEqual(['three', 'two'])
    expect(await samples({}, { change: 'lost' })).toEqual(['two'])
    expect(await samples({}, { class: 'refused' })).toEqual(['three', 'one'])
    expect(await samples({}, { labelled: true })).toEqual(['two'])
    expect(await samples({}, { labelled: false, suites: ['harmful'] })).toEqual(['four', 'three', 'one'])
    expect(await samples({}, { suites: ['other'] })).toEqual([])
    expect(await samples({ text: '50 % OF T' })).toEqual(['three', 'two'])
    expect(await samples({ text: 'user>one' })).toEqual(['one'])
    expect(await samples({ text: '%' })).toHaveLength(4)
    expect(await samples({ text: '_' })).toEqual([])
    expect(await samples({ template: 'a_b' })).toEqual(['one'])
    expect(await samples({ judges: ['another'] }, { change: 'unscored' })).toHaveLength(4)
    const one = { suite: 'harmful', n: 1 }
    expect(await store.tally(view)).toEqual([
      { ...one, change: 'gained', class: 'refused', labelled: false },
      { ...one, change: 'lost', class: 'complied', labelled: true },
      { ...one, change: 'same', class: 'refused', labelled: false },
      { ...one, change: 'unscored', class: 'degenerate', labelled: false },
    ])
  })

  it('forgets the chunks that stood behind those of a shorter second pass', async () => {
    const use = (chunk: string, order: number, suite = 'shorter') =>
      ({ chunk, stage: 'measure', condition: 'tail', suite, order }) as const
    await store.startRun(run('passes', '2026-01-01T00:00:00Z'))
    await store.useChunks('passes', [use('t0', 0), use('t1', 1), use('t2', 2)])
    await store.useChunks('passes', [use('other', 0, 'untouched')])
    await store.useChunks('passes', [use('u0', 0)])
    const used = (await store.chunks('passes')).filter(({ condition }) => condition === 'tail')
    expect(used.map(({ suite, chunk }) => [suite, chunk]).toSorted()).toEqual([
      ['shorter', 'u0'],
      ['untouched', 'other'],
    ])
  })

  it('keeps artefacts by key, the first one written unless the last is to stay', async () => {
    await store.saveArtefact('last', 1)
    await store.saveArtefact('last', 2, 'last')
    expect(await store.artefact('last')).toBe(2)
    expect(await store.artefact('v')).toBeNull()
    await store.saveArtefact('v', { layer: 3 })
    await store.saveArtefact('v', { layer: 4 })
    expect(await store.artefact('v')).toEqual({ layer: 3 })
  })

  it('knows who works on a run, and how far it is', async () => {
    await store.startRun(run('a', '2026-01-01T00:00:00Z'))
    const session = { id: 's1', run: 'a', host: 'here', pid: 7, began: '2026-01-01T00:00:00Z', planned: 3 }
    await store.startSession(session)
    expect(await store.sessions('a')).toEqual([{ ...session, seen: session.began, ended: null }])
    await store.seeSession('s1', '2026-01-01T00:01:00Z')
    await store.startSession({ ...session, id: 's2', began: '2026-01-02T00:00:00Z' })
    await store.seeSession('s2', '2026-01-02T00:01:00Z', true)
    expect((await store.sessions('a')).map(({ id, seen, ended }) => [id, seen, ended])).toEqual([
      ['s2', '2026-01-02T00:01:00Z', '2026-01-02T00:01:00Z'],
      ['s1', '2026-01-01T00:01:00Z', null],
    ])
    expect(await store.sessions('b')).toEqual([])

    expect(await store.progress('a')).toEqual({ chunks: 0, done: 0, answers: 0, recent: 0 })
    const use = { stage: 'measure', condition: 'baseline', suite: 's' } as const
    await store.useChunks('a', [
      { ...use, chunk: 'k1', order: 0 },
      { ...use, chunk: 'k2', order: 1 },
    ])
    await store.saveChunk('k1', [record('one'), record('two')])
    expect(await store.progress('a')).toEqual({ chunks: 2, done: 1, answers: 2, recent: 0 })
    expect(await store.progress('a', '2026-01-01')).toMatchObject({ recent: 2 })
    expect(await store.progress('a', '2999-01-01')).toMatchObject({ recent: 0 })
  })
}
