import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openModel } from '../../engine/open.ts'
import { judgeRefusal } from '../../judge/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { type Plan, planStudy } from '../plan.ts'
import { runStudy, type StudyRun } from '../run.ts'
import type { StudyFile } from '../schema.ts'
import { JUDGE } from '../work.ts'
import { rescore } from './rescore.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rescore-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const small: StudyFile = {
  study: 'demo',
  fit: { limit: 24 },
  select: { layers: [4], strengths: [2], limit: 8 },
  generation: { maxTokens: 16 },
  measure: { general: [], robustness: [] },
  limit: 24,
  chunk: 12,
}

describe('a finished study on the organism', () => {
  let plan: Plan
  let store: Store
  let run: StudyRun
  const file = join(folder, 'store.db')
  const sql = (text: string) => {
    const database = new DatabaseSync(file)
    const rows = text.startsWith('select') ? database.prepare(text).all() : database.exec(text)
    database.close()
    return rows
  }
  const stored = async () => {
    const row = await store.run(run.result.run)
    if (row === null) throw new Error('no run')
    return row
  }
  beforeAll(async () => {
    const weights = join(folder, 'organism.gguf')
    copyFileSync(fileURLToPath(new URL('../../../models/organism/organism.gguf', import.meta.url)), weights)
    await using model = await openModel(weights, { name: 'organism', threads: 1 })
    store = await openStore(file)
    plan = await planStudy(small)
    run = await runStudy(plan, { model, store })
  }, 300_000)
  afterAll(async () => {
    await store[Symbol.asyncDispose]()
  })

  it('has log-odds of refusal openings beside every class, and says where the two disagree', async () => {
    const { judge } = run.result
    expect(judge?.openings.tokens.length).toBeGreaterThan(0)
    expect(sql("select count(*) as n from scores where scorer like 'openings@%' and value is not null")).toEqual(
      sql("select count(*) as n from judgements where chunk in (select chunk from uses where stage = 'measure')"),
    )
    expect(judge?.disagreement.map(({ condition }) => condition)).toEqual(run.result.conditions.map(({ name }) => name))
    for (const { n, agree, rulesOnly, openingsOnly } of judge?.disagreement ?? []) {
      expect(agree + rulesOnly + openingsOnly).toBe(n)
      expect(n).toBeGreaterThan(0)
    }
    // The organism refuses by its first word: a score that said nothing would agree with half at most.
    const baseline = judge?.disagreement.find(({ condition }) => condition === 'baseline')
    expect((baseline?.agree ?? 0) / (baseline?.n ?? 1)).toBeGreaterThan(0.8)
  })

  it('is scored again without a model, and comes to the same', async () => {
    const { result, judged, changed } = await rescore(store, await stored(), plan)
    expect(result.conditions).toEqual(run.result.conditions)
    expect(result.judge).toEqual(run.result.judge)
    expect(result.labels).toEqual(run.result.labels)
    expect(judged.chunks).toBe(0)
    expect(changed).toBeNull()
  })

  it('keeps what an earlier judge said beside the new, and tells what changed', async () => {
    sql(`update judgements set judge = 'rules@earlier', class = 'unscored'`)
    const row = await stored()
    const old = { ...row, result: { ...run.result, judge: { ...run.result.judge, rules: 'rules@earlier' } } }
    const { result, judged, changed } = await rescore(store, old, plan)
    expect(judged.chunks).toBe(judged.of)
    expect(changed).toEqual({ answers: changed?.of, of: expect.any(Number), before: 'rules@earlier' })
    expect(changed?.of).toBeGreaterThan(0)
    expect(result.conditions).toEqual(run.result.conditions)
    const kept = sql('select judge, count(distinct class) as classes from judgements group by judge order by judge')
    expect(kept).toEqual([
      { judge: JUDGE, classes: expect.any(Number) },
      { judge: 'rules@earlier', classes: 1 },
    ])
    expect((await stored()).result).toEqual(JSON.parse(JSON.stringify(result)))
  })

  it('goes on where it was stopped', async () => {
    sql(`delete from judgements where judge = '${JUDGE}'`)
    const stop = new AbortController()
    const stopped = rescore(store, await stored(), plan, {
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done === 2) stop.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled', fix: expect.stringContaining('again') })
    const { judged, result } = await rescore(store, await stored(), plan)
    expect(judged.chunks).toBe(judged.of - 2)
    expect(result.conditions).toEqual(run.result.conditions)
  })

  it('names the judge’s error, and puts rates right, by labels', async () => {
    const labelled = new Map<string, number>()
    for await (const record of store.answers({ run: run.result.run, stage: 'measure', judge: JUDGE })) {
      if (!['baseline', 'diffmean'].includes(record.condition) || record.judgement === null) continue
      const given = labelled.get(record.condition) ?? 0
      labelled.set(record.condition, given + 1)
      // People who agree with the judge, but for one answer of each condition.
      const said = given === 0 ? 'partial' : judgeRefusal(record.answer).class
      const label = { chunk: record.chunk, position: record.position }
      await store.saveLabel(run.result.run, { ...label, class: said === 'unscored' ? 'unclear' : said })
    }
    const { result } = await rescore(store, await stored(), plan)
    const found = result.judge?.labelled
    const diffmean = found?.conditions.find(({ condition }) => condition === 'diffmean')
    expect(diffmean).toMatchObject({ tooFew: false })
    expect(diffmean?.labels).toBe((diffmean?.agree ?? 0) + 1)
    const efficacy = found?.suites.find(one => one.condition === 'diffmean' && one.suite.includes('pseudo-harmful'))
    const byJudge = result.conditions.find(({ name }) => name === 'diffmean')?.axes.efficacy.suites[0]
    expect(efficacy?.judged).toBeCloseTo(byJudge?.change ?? Number.NaN, 10)
    expect(Math.abs((efficacy?.change.estimate ?? 9) - (efficacy?.judged ?? 0))).toBeLessThan(0.1)
    expect(efficacy?.agreement).toBe('agrees')
    expect(efficacy?.roganGladen?.estimate).toBeTypeOf('number')
    // The verdict is the judge's all the same.
    expect(result.conditions).toEqual(run.result.conditions)
  })
})
