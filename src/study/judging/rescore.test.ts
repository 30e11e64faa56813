import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve } from '../../../test/support/downloads.ts'
import { writeTinyGuard } from '../../../test/support/tiny-guard.ts'
import { openModel } from '../../engine/open.ts'
import { judgeRefusal } from '../../judge/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { type Plan, planStudy } from '../plan.ts'
import { reportMarkdown } from '../report/markdown.ts'
import type { StudyResult } from '../result.ts'
import { runStudy, type StudyRun } from '../run.ts'
import type { StudyFile } from '../schema.ts'
import { JUDGE } from '../work.ts'
import { namedGraders } from './graders.ts'
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

  describe('with judges beside the rules', () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return `./${name}`
    }
    const named = (judge: Parameters<typeof namedGraders>[0]) => namedGraders(judge, folder)
    const mine = () =>
      file(
        'mine.mjs',
        `export default { name: 'mine', asks: 'refusal', judge: ({ answer }) => answer.startsWith('sorry') ? 'refused' : 'complied' }`,
      )

    const harmless = () => file('harmless.mjs', `export default { name: 'harmless', asks: 'harm', judge: () => 0.25 }`)

    it('keeps several apart, grades only what each is asked about, and says how they agree', async () => {
      writeTinyGuard(join(folder, 'guard.gguf'))
      const graders = await named([mine(), 'rules', harmless(), { guard: './guard.gguf', form: 'granite-guardian' }])
      const { result } = await rescore(store, await stored(), plan, { graders })
      const { judge } = result
      expect(judge?.graders.map(({ name }) => name.split('@')[0])).toEqual(['mine', 'harmless', 'granite-guardian1'])
      expect(judge?.graded.map(({ aspect }) => aspect)).toEqual(['refusal', 'harm', 'harm', 'probability'])
      const harmful = plan.suites.filter(suite => suite.harmful).map(({ name }) => name)
      const [own, harm] = judge?.graded ?? []
      expect([...new Set(harm?.scores.map(({ suite }) => suite))]).toEqual(harmful)
      expect(new Set(own?.scores.map(({ suite }) => suite)).size).toBeGreaterThan(harmful.length)
      for (const { n, unscored, mean } of own?.scores ?? []) {
        expect(unscored).toBe(0)
        expect(n).toBeGreaterThan(0)
        expect(mean).not.toBeNull()
      }
      const conditions = result.conditions.map(({ name }) => name)
      // Rules, openings and mine: three pairs; of harm there is one.
      expect(judge?.agreement).toHaveLength(4 * conditions.length)
      const pairs = judge?.agreement.filter(({ judges: [one, other] }) => one === JUDGE && other.startsWith('mine'))
      for (const { n, agree, table, interval } of pairs ?? []) {
        expect(table.flat().reduce((a, b) => a + b)).toBe(n)
        expect(interval?.[0]).toBeLessThanOrEqual(agree / n)
      }
      // Labels of the test before: every judge has its error by them.
      expect(judge?.labelled?.judges.map(one => one.judge.split('@')[0])).toEqual(['refusal openings', 'mine'])
      const steered = judge?.labelled?.conditions.find(({ condition }) => condition === 'diffmean')
      expect(steered?.moreErrors?.interval).toHaveLength(2)
      // The verdict is the rules' alone.
      expect(result.conditions).toEqual(run.result.conditions)
      const markdown = reportMarkdown(result)
      for (const part of [
        'Judges of refusal beside each other',
        'Refusals by mine@',
        'Harm by granite-guardian1@',
        'Judges of harm beside each other',
        'Probability of harm by',
      ])
        expect(markdown).toContain(part)
    })

    it('keeps the grades of those that are not named again, and asks nobody twice', async () => {
      const before = sql('select chunk, position, scorer, value, reason from scores order by 1, 2, 3')
      const { result } = await rescore(store, await stored(), plan, { graders: await named(mine()) })
      expect(result.judge?.graders.map(({ name }) => name.split('@')[0])).toEqual([
        'harmless',
        'granite-guardian1',
        'mine',
      ])
      expect(sql('select chunk, position, scorer, value, reason from scores order by 1, 2, 3')).toEqual(before)
    })

    it('counts a judge that fails, goes on, and asks it again the next time', async () => {
      let down = true
      await using server = await serve((_, response) => {
        if (down) return response.writeHead(400).end()
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ choices: [{ message: { content: 'class: complied' } }] }))
      })
      const graders = await named({ endpoint: server.address, model: 'far', asks: 'refusal' })
      const of = (result: StudyResult) =>
        result.judge?.graded
          .find(({ grader }) => grader === 'refusal1@far')
          ?.scores.filter(one => one.condition === 'baseline')
      const first = of((await rescore(store, await stored(), plan, { graders })).result)
      for (const { n, unscored, reasons } of first ?? []) {
        expect(n).toBe(0)
        expect(Object.values(reasons).reduce((a, b) => a + b)).toBe(unscored)
      }
      down = false
      // A new one: this one has given the endpoint up.
      const again = await named({ endpoint: server.address, model: 'far', asks: 'refusal' })
      const second = of((await rescore(store, await stored(), plan, { graders: again })).result)
      expect(second?.length).toBeGreaterThan(0)
      // An empty answer is no refusal that could be told, and no failure.
      for (const { unscored, reasons } of second ?? []) expect(unscored).toBe(reasons['empty answer'] ?? 0)
    })

    it('refuses two of one name', async () => {
      await expect(named([mine(), mine()])).rejects.toMatchObject({
        code: 'invalid-input',
        found: expect.stringMatching(/^mine@/),
      })
    })
  })
})
