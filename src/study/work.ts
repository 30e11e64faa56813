/** Makes or finds the answers of chunks: the one place where a study meets model, store and judge. */
import type { Model, Prompt, Steering } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { judgeByCheck } from '../judge/check.ts'
import { judgeFaithful } from '../judge/faithful/index.ts'
import { judgeNumber } from '../judge/number.ts'
import { judgeRefusal } from '../judge/refusal.ts'
import { RULES } from '../judge/rules.ts'
import type { Judgement } from '../judge/types.ts'
import { JUDGING } from '../judge/version.ts'
import type { Item } from '../measure/suites/index.ts'
import type { AnswerRecord, ChunkUse, JudgedRecord, Score, Store } from '../store/index.ts'
import { answerItems } from './answer.ts'
import { chunkKey, type Origin, originOf, templateProbe } from './chunk-key.ts'
import { logOdds } from './fit/openings.ts'
import { hashOf } from './hash.ts'

/** What is done to the model while it answers. */
export interface Setting {
  readonly steering: Steering
  /** System message; null for none. */
  readonly system: string | null
  readonly slots: number
}

/** Tells how many rows of a stage are done. */
export type OnRows = (stage: 'fit' | 'select', detail: string) => (rows: number) => void

/** Items that belong together, and under which heading they are kept. */
export interface Job extends Pick<ChunkUse, 'stage' | 'condition' | 'suite'> {
  readonly items: readonly Item[]
  readonly setting: Setting
  readonly maxTokens: number
  readonly chunk: number
  /** Tokens with which this model's refusals begin: answers get the log-odds of such a beginning as a second score. */
  readonly openings?: readonly number[] | undefined
}

/** A record with its judgement where it is an answer in words, and the log-odds that it begins as a refusal. */
export type Judged = JudgedRecord & { readonly logOdds: number | null }

export interface Tally {
  /** Chunks made in this call, and those found in the store. */
  made: number
  reused: number
  /** Tokens generated in this call, and the seconds that took. */
  tokens: number
  seconds: number
}

/** Names the rules that judged, so that judgements by other rules stay beside. */
export const JUDGE = `rules@${hashOf([
  JUDGING,
  RULES.map(({ name, act, pattern }) => [name, act, pattern.source, pattern.flags]),
]).slice(0, 8)}`

export class Work {
  readonly model: Model
  readonly store: Store
  readonly #run: string | null
  readonly tally: Tally = { made: 0, reused: 0, tokens: 0, seconds: 0 }
  readonly #signal: AbortSignal | undefined
  readonly #template: string
  readonly #rendered = new Map<string, string>()

  private constructor(
    model: Model,
    store: Store,
    run: string | null,
    template: string,
    signal: AbortSignal | undefined,
  ) {
    this.model = model
    this.store = store
    this.#run = run
    this.#template = template
    this.#signal = signal
  }

  /** `run`: which the answers are used by, null for none of the store's. `signal` stops between two chunks. */
  static async start(options: {
    model: Model
    store: Store
    run: string | null
    signal: AbortSignal | undefined
  }): Promise<Work> {
    const { model, store, run, signal } = options
    return new Work(model, store, run, await templateProbe(model), signal)
  }

  /** What decides the last bits of anything computed: model, chat template, engine, and how we drive it. */
  get origin(): Origin {
    return originOf(this.model.info, this.#template)
  }

  /** Yields the judged records of each chunk of a job, in order; those in the store are not made again. */
  async *chunks(job: Job): AsyncGenerator<readonly Judged[]> {
    const pieces = slices(job.items, job.chunk)
    const keys = pieces.map(items => chunkKey(this.origin, job, items))
    const uses = keys.map((chunk, order): ChunkUse => {
      return { chunk, stage: job.stage, condition: job.condition, suite: job.suite, order }
    })
    if (this.#run !== null) await this.store.useChunks(this.#run, uses)
    const done = await this.store.doneChunks(keys)
    for (const [i, items] of pieces.entries()) {
      const key = keys[i] ?? ''
      this.checkSignal()
      if (done.has(key)) this.tally.reused += 1
      else await this.#make(key, items, job)
      const judged = await this.#read(key, items)
      yield await this.#withLogOdds(key, judged, items, job)
    }
  }

  /** All records of a job. */
  async all(job: Job, onChunk?: (rows: number) => void): Promise<Judged[]> {
    const all: Judged[] = []
    for await (const records of this.chunks(job)) {
      all.push(...records)
      onChunk?.(records.length)
    }
    return all
  }

  /** Computes a value, or finds it in the store by what decides it. */
  async once(what: unknown, compute: () => Promise<unknown>): Promise<unknown> {
    const key = hashOf({ what, origin: this.origin })
    const found = await this.store.artefact(key)
    if (found !== null) return found
    this.checkSignal()
    await this.store.saveArtefact(key, await compute())
    return await this.store.artefact(key)
  }

  /** Stops what is computed between two chunks. */
  get signal(): AbortSignal | undefined {
    return this.#signal
  }

  checkSignal(): void {
    if (this.#signal?.aborted === true)
      throw new PlimsollError('cancelled', 'The study was stopped', {
        found: 'an interruption',
        fix: 'Run the same command again: it goes on where it stopped.',
        cause: this.#signal.reason,
      })
  }

  /** Text of a prompt as the model sees it. */
  async render(prompt: Prompt): Promise<string> {
    const key = JSON.stringify(prompt)
    const known = this.#rendered.get(key)
    if (known !== undefined) return known
    const { text } = await this.model.render(prompt)
    this.#rendered.set(key, text)
    return text
  }

  async #make(key: string, items: readonly Item[], { setting, maxTokens, openings = [] }: Job): Promise<void> {
    const before = performance.now()
    const { records, firstTokens } = await answerItems(items, {
      ...setting,
      maxTokens,
      firstTokens: openings,
      model: this.model,
      render: prompt => this.render(prompt),
    })
    // Before the chunk: whoever finds it done finds its scores, and none is computed in another way later.
    await this.#saveOdds(key, openings, firstTokens)
    await this.store.saveChunk(key, records)
    this.tally.made += 1
    const tokens = records.reduce((sum, record) => sum + record.tokens.length, 0)
    if (tokens > 0) this.tally.seconds += (performance.now() - before) / 1000
    this.tally.tokens += tokens
  }

  /** The second score of refusal, by the model that answers and under the steering it answers with. */
  async #withLogOdds(
    key: string,
    records: readonly JudgedRecord[],
    items: readonly Item[],
    { openings = [], setting }: Job,
  ): Promise<Judged[]> {
    const asked = items.flatMap((item, position) => (item.kind === 'answer' ? [{ item, position }] : []))
    if (openings.length === 0 || asked.length === 0) return records.map(record => ({ ...record, logOdds: null }))
    const scorer = openingsScorer(openings)
    let scores = await this.store.scores(key, scorer)
    if (scores.size < asked.length) {
      // Answered by a run that looked for other openings. One token each: the same way as with the answers.
      this.checkSignal()
      const asking = { ...setting, maxTokens: 1, firstTokens: openings, model: this.model }
      const { firstTokens } = await answerItems(
        asked.map(({ item }) => item),
        { ...asking, render: prompt => this.render(prompt) },
      )
      const found = [...firstTokens].map(([i, odds]) => [asked[i]?.position ?? i, odds] as const)
      await this.#saveOdds(key, openings, new Map(found))
      scores = await this.store.scores(key, scorer)
    }
    return records.map(record => ({ ...record, logOdds: scores.get(record.position)?.value ?? null }))
  }

  async #saveOdds(
    key: string,
    openings: readonly number[],
    firstTokens: ReadonlyMap<number, Float64Array>,
  ): Promise<void> {
    if (firstTokens.size === 0) return
    const reason = 'ln p/(1 − p) that the answer begins as a refusal'
    const odds = [...firstTokens].map(([position, found]): [number, Score] => [
      position,
      { value: logOdds(found), reason },
    ])
    await this.store.saveScores(key, openingsScorer(openings), new Map(odds))
  }

  /** Judging is cheap, so it is done anew and only kept for readers of the store. */
  async #read(key: string, items: readonly Item[]): Promise<readonly JudgedRecord[]> {
    const records = (await this.store.chunk(key, JUDGE)) ?? []
    const judged = records.map(
      (record): JudgedRecord => ({ ...record, judgement: judgementOf(record, items[record.position]) }),
    )
    if (records.some((record, i) => record.judgement?.class !== judged[i]?.judgement?.class))
      await this.store.saveJudgements(key, JUDGE, judgementsByPosition(judged))
    return judged
  }
}

/** Names the second score: the tokens decide it, and the chunk decides the rest. */
export function openingsScorer(tokens: readonly number[]): string {
  return `openings@${hashOf(tokens).slice(0, 8)}`
}

/**
 * What the rules of this version say of an answer; null for what is no answer in words.
 * @param item what was asked, undefined where it is gone from the data
 */
export function judgementOf(
  { finish, answer }: Pick<AnswerRecord, 'finish' | 'answer'>,
  item: Item | undefined,
): Judgement | null {
  if (finish === null) return null
  if (item?.kind === 'problem') return judgeNumber(answer, item.answer)
  const options = { truncated: finish === 'length' }
  if (item?.kind === 'answer' && item.check !== undefined) return judgeByCheck(answer, item.check, options)
  if (item?.kind === 'answer' && item.answers !== undefined) return judgeFaithful(answer, item.answers, options)
  return judgeRefusal(answer, options)
}

/** Those that were judged; log-likelihoods are not. */
export function judgementsByPosition(
  records: readonly Pick<JudgedRecord, 'position' | 'judgement'>[],
): Map<number, Judgement> {
  return new Map(
    records.flatMap(({ position, judgement }) => (judgement === null ? [] : [[position, judgement] as const])),
  )
}

function slices<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}
