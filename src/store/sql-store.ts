/** The store over any SQL database Kysely speaks to. */

import type { Kysely } from 'kysely'
import type { Judgement } from '../judge/types.ts'
import { browseAnswers, tallyAnswers } from './browse.ts'
import { labelsOf, removeLabel, saveLabel } from './labels.ts'
import { json, Stage, text, toRecord, toRun } from './rows.ts'
import type { Tables } from './schema.ts'
import type {
  AnswerFilter,
  AnswerRecord,
  BrowseFilter,
  BrowseView,
  ChunkUse,
  JudgedRecord,
  Label,
  RunProgress,
  RunRow,
  Score,
  Session,
  Store,
  UsedChunk,
} from './types.ts'

const STAGES: readonly ChunkUse['stage'][] = ['fit', 'select', 'measure']
/** SQLite and Postgres both bound the number of parameters of one statement. */
const BATCH = 500

export class SqlStore implements Store {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#db.destroy()
  }

  async startRun(run: Pick<RunRow, 'hash' | 'study' | 'plan' | 'engine' | 'started'>): Promise<RunRow> {
    await this.#db
      .insertInto('runs')
      .values({ ...run, plan: text(run.plan), engine: text(run.engine), finished: null, result: null })
      .onConflict(c => c.doNothing())
      .execute()
    return toRun(await this.#db.selectFrom('runs').selectAll().where('hash', '=', run.hash).executeTakeFirstOrThrow())
  }

  async finishRun(hash: string, finished: string, result: unknown): Promise<void> {
    await this.#db
      .updateTable('runs')
      .set({ finished, result: text(result) })
      .where('hash', '=', hash)
      .execute()
  }

  async runs(study?: string): Promise<RunRow[]> {
    const query = this.#db.selectFrom('runs').selectAll().orderBy('started', 'desc').orderBy('hash')
    return (await (study === undefined ? query : query.where('study', '=', study)).execute()).map(toRun)
  }

  async run(hash: string): Promise<RunRow | null> {
    const row = await this.#db.selectFrom('runs').selectAll().where('hash', '=', hash).executeTakeFirst()
    return row === undefined ? null : toRun(row)
  }

  async lastFinished(): Promise<string | null> {
    const { last } = await this.#db
      .selectFrom('runs')
      .select(({ fn }) => fn.max('finished').as('last'))
      .executeTakeFirstOrThrow()
    return last
  }

  async startSession(session: Omit<Session, 'seen' | 'ended'>): Promise<void> {
    await this.#db
      .insertInto('sessions')
      .values({ ...session, seen: session.began, ended: null })
      .execute()
  }

  async seeSession(id: string, at: string, ended = false): Promise<void> {
    await this.#db
      .updateTable('sessions')
      .set({ seen: at, ...(ended && { ended: at }) })
      .where('id', '=', id)
      .execute()
  }

  async sessions(run: string): Promise<Session[]> {
    return this.#db
      .selectFrom('sessions')
      .selectAll()
      .where('run', '=', run)
      .orderBy('began', 'desc')
      .orderBy('id')
      .execute()
  }

  async progress(run: string, since = '~'): Promise<RunProgress> {
    const found = await this.#db
      .selectFrom('uses')
      .leftJoin('chunks', 'chunks.key', 'uses.chunk')
      .select(({ fn, eb }) => [
        fn.countAll<number>().as('chunks'),
        fn.count<number>('chunks.key').as('done'),
        fn.sum<number | null>('chunks.records').as('answers'),
        fn
          .sum<number | null>(eb.case().when('saved', '>=', since).then(eb.ref('chunks.records')).else(0).end())
          .as('recent'),
      ])
      .where('run', '=', run)
      .executeTakeFirstOrThrow()
    const number = (value: number | null) => Number(value ?? 0)
    return {
      chunks: number(found.chunks),
      done: number(found.done),
      answers: number(found.answers),
      recent: number(found.recent),
    }
  }

  async useChunks(run: string, uses: readonly ChunkUse[]): Promise<void> {
    const all = Map.groupBy(uses, ({ stage, condition, suite }) => JSON.stringify([stage, condition, suite]))
    await this.#db.transaction().execute(async trx => {
      for (const own of all.values()) {
        const { stage, condition, suite } = own[0] as ChunkUse
        const last = Math.max(...own.map(({ order }) => order))
        await trx
          .deleteFrom('uses')
          .where(({ and }) => and({ run, stage, condition, suite }))
          .where('order', '>', last)
          .execute()
      }
      for (const use of uses)
        await trx
          .insertInto('uses')
          .values({ ...use, run })
          .onConflict(c => c.columns(['run', 'stage', 'condition', 'suite', 'order']).doUpdateSet({ chunk: use.chunk }))
          .execute()
    })
  }

  async chunks(run: string): Promise<UsedChunk[]> {
    const rows = await this.#db
      .selectFrom('uses')
      .leftJoin('chunks', 'chunks.key', 'uses.chunk')
      .select(['uses.chunk', 'stage', 'condition', 'suite', 'order', 'chunks.key as done'])
      .where('run', '=', run)
      .orderBy('condition')
      .orderBy('suite')
      .orderBy('order')
      .execute()
    const uses = rows.map(({ done, stage, ...use }): UsedChunk => {
      return { ...use, stage: Stage.parse(stage), state: done === null ? 'planned' : 'done' }
    })
    return uses.sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage))
  }

  async doneChunks(keys: readonly string[]): Promise<Set<string>> {
    const done = new Set<string>()
    for (let start = 0; start < keys.length; start += BATCH) {
      const some = keys.slice(start, start + BATCH)
      for (const row of await this.#db.selectFrom('chunks').select('key').where('key', 'in', some).execute())
        done.add(row.key)
    }
    return done
  }

  async saveChunk(key: string, records: readonly AnswerRecord[]): Promise<boolean> {
    return await this.#db.transaction().execute(async trx => {
      const saved = new Date().toISOString()
      const claim = await trx
        .insertInto('chunks')
        .values({ key, records: records.length, saved })
        .onConflict(c => c.doNothing())
        .executeTakeFirst()
      if (claim.numInsertedOrUpdatedRows !== 1n) return false
      for (const [position, record] of records.entries())
        await trx
          .insertInto('records')
          .values({
            chunk: key,
            position,
            sample: record.sample,
            rendered: record.rendered,
            answer: record.answer,
            finish: record.finish,
            prompt_tokens: record.promptTokens,
            tokens: text(record.tokens),
            trace: record.trace === null ? null : text(record.trace),
            likelihoods: record.likelihoods === null ? null : text(record.likelihoods),
            clusters: text(record.clusters),
          })
          .execute()
      return true
    })
  }

  async chunk(key: string, judge = ''): Promise<JudgedRecord[] | null> {
    if (!(await this.doneChunks([key])).has(key)) return null
    const rows = await this.#db
      .selectFrom('records')
      .leftJoin('judgements', join =>
        join
          .onRef('judgements.chunk', '=', 'records.chunk')
          .onRef('judgements.position', '=', 'records.position')
          .on('judgements.judge', '=', judge),
      )
      .selectAll('records')
      .select(['judgements.class', 'judgements.rule', 'judgements.evidence'])
      .where('records.chunk', '=', key)
      .orderBy('records.position')
      .execute()
    return rows.map(toRecord)
  }

  async saveJudgements(chunk: string, judge: string, judgements: ReadonlyMap<number, Judgement>): Promise<void> {
    await this.#db.transaction().execute(async trx => {
      for (const [position, { class: said, rule, evidence }] of judgements)
        await trx
          .insertInto('judgements')
          .values({ chunk, position, judge, class: said, rule, evidence })
          .onConflict(c => c.columns(['chunk', 'position', 'judge']).doUpdateSet({ class: said, rule, evidence }))
          .execute()
    })
  }

  async saveScores(chunk: string, scorer: string, scores: ReadonlyMap<number, Score>): Promise<void> {
    await this.#db.transaction().execute(async trx => {
      for (const [position, { value, reason }] of scores)
        await trx
          .insertInto('scores')
          .values({ chunk, position, scorer, value, reason })
          .onConflict(c =>
            c.columns(['chunk', 'position', 'scorer']).doUpdateSet({ value, reason }).where('scores.value', 'is', null),
          )
          .execute()
    })
  }

  async scores(chunk: string, scorer: string): Promise<Map<number, Score>> {
    const rows = await this.#db
      .selectFrom('scores')
      .select(['position', 'value', 'reason'])
      .where('chunk', '=', chunk)
      .where('scorer', '=', scorer)
      .execute()
    return new Map(rows.map(({ position, value, reason }) => [position, { value, reason }]))
  }

  saveLabel(run: string, label: Label) {
    return saveLabel(this.#db, run, label)
  }

  removeLabel(run: string, answer: Pick<Label, 'chunk' | 'position'>) {
    return removeLabel(this.#db, run, answer)
  }

  labels(run: string) {
    return labelsOf(this.#db, run)
  }

  browse(view: BrowseView, filter: BrowseFilter, page: { readonly offset: number; readonly limit: number }) {
    return browseAnswers(this.#db, view, filter, page)
  }

  tally(view: BrowseView) {
    return tallyAnswers(this.#db, view)
  }

  async locate(run: string, row: Readonly<{ condition: string; suite: string; sample: string }>) {
    const found = await this.#db
      .selectFrom('uses')
      .innerJoin('records', 'records.chunk', 'uses.chunk')
      .select(['records.chunk', 'records.position'])
      .where('uses.run', '=', run)
      .where('uses.stage', '=', 'measure')
      .where('uses.condition', '=', row.condition)
      .where('uses.suite', '=', row.suite)
      .where('records.sample', '=', row.sample)
      .limit(1)
      .executeTakeFirst()
    return found ?? null
  }

  async *answers(filter: AnswerFilter): AsyncIterable<JudgedRecord & ChunkUse> {
    for (const { state, ...use } of await this.chunks(filter.run)) {
      if (state !== 'done') continue
      if (filter.stage !== undefined && use.stage !== filter.stage) continue
      if (filter.condition !== undefined && use.condition !== filter.condition) continue
      if (filter.suite !== undefined && use.suite !== filter.suite) continue
      for (const record of (await this.chunk(use.chunk, filter.judge)) ?? []) yield { ...use, ...record }
    }
  }

  async saveArtefact(key: string, body: unknown, stays: 'first' | 'last' = 'first'): Promise<void> {
    const written = text(body)
    await this.#db
      .insertInto('artefacts')
      .values({ key, body: written })
      .onConflict(c => (stays === 'first' ? c.doNothing() : c.column('key').doUpdateSet({ body: written })))
      .execute()
  }

  async artefact(key: string): Promise<unknown> {
    const row = await this.#db.selectFrom('artefacts').select('body').where('key', '=', key).executeTakeFirst()
    return row === undefined ? null : json(row.body)
  }
}
