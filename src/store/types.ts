/** What a study leaves behind: runs, the chunks they are made of, and a record for every answer. */
import type { Trace } from '../engine/types.ts'
import type { LabelClass } from '../judge/labels.ts'
import type { Judgement } from '../judge/types.ts'

/** What a condition did with one prompt: enough to audit it without the model. */
export interface AnswerRecord {
  /** Names the row within its data set, e.g. `safe-12`, or `template-03/harmful-7` in a grid. */
  readonly sample: string
  /** The prompt as the model saw it. */
  readonly rendered: string
  readonly answer: string
  /** Null where nothing was generated. */
  readonly finish: 'stop' | 'length' | null
  readonly promptTokens: number
  /** Ids of the generated tokens; empty where nothing was generated. */
  readonly tokens: readonly number[]
  /** Null where nothing was steered. */
  readonly trace: Trace | null
  /** Per choice or text: sum of natural log-probabilities, and over how many tokens. Null where nothing was scored. */
  readonly likelihoods: readonly { readonly logLikelihood: number; readonly tokens: number }[] | null
  /** Clusters a row belongs to, e.g. `{ template: 'template-03', prompt: 'harmful-7' }`. */
  readonly clusters: Readonly<Record<string, string>>
}

/** A number that a scorer gives one answer, beside the judge's class; null with the reason where it could not be told. */
export interface Score {
  readonly value: number | null
  /** What the value stands on, or why there is none. */
  readonly reason: string
}

/** A person's label of one answer of a run. It stands beside every judge's. */
export interface Label {
  readonly chunk: string
  readonly position: number
  readonly class: LabelClass
  /**
   * `chosen`: whoever labelled it had picked it, so that it says nothing of how often a judge errs. An answer that was
   * drawn stays so, whoever labels it anew. @default 'drawn'
   */
  readonly how?: 'drawn' | 'chosen' | undefined
}

/** One record with what a judge said of it; null where none has looked. */
export interface JudgedRecord extends AnswerRecord {
  readonly chunk: string
  /** Place in its chunk. */
  readonly position: number
  readonly judgement: Judgement | null
}

/** A run of a study, known by the hash of its resolved plan. */
export interface RunRow {
  readonly hash: string
  readonly study: string
  /** The resolved plan, as hashed. */
  readonly plan: unknown
  /** Engine and model it runs on. */
  readonly engine: unknown
  /** ISO 8601. */
  readonly started: string
  /** Null while it runs. */
  readonly finished: string | null
  /** What it concluded; null while it runs. */
  readonly result: unknown
}

/** What a run needs a chunk for. */
export interface ChunkUse {
  readonly chunk: string
  readonly stage: 'fit' | 'select' | 'measure'
  readonly condition: string
  readonly suite: string
  /** Place among the chunks of its condition and suite. */
  readonly order: number
}

export interface UsedChunk extends ChunkUse {
  readonly state: 'planned' | 'done'
}

/** A process that works, or worked, on a run. */
export interface Session {
  readonly id: string
  readonly run: string
  readonly host: string
  readonly pid: number
  /** ISO 8601, as all times here. */
  readonly began: string
  /** When it was last heard of. */
  readonly seen: string
  /** Null while it works, and for one that died. */
  readonly ended: string | null
  /** Answers to make and rows to score in the whole run, as planned. */
  readonly planned: number
}

/** How far a run is. */
export interface RunProgress {
  /** Chunks it is known to need so far, and those that are done. */
  readonly chunks: number
  readonly done: number
  /** Answers and scores in those that are done. */
  readonly answers: number
  /** Answers in chunks that were saved at `since` or later. */
  readonly recent: number
}

export interface AnswerFilter {
  readonly run: string
  readonly stage?: ChunkUse['stage'] | undefined
  readonly condition?: string | undefined
  readonly suite?: string | undefined
  /** Whose judgements are wanted, e.g. `rules@1`. */
  readonly judge?: string | undefined
}

/** Answers in words of one condition that are looked through, each beside the baseline's. */
export interface BrowseView {
  readonly run: string
  readonly condition: string
  readonly baseline: string
  /** Whose judgements count; an answer has one of one of them. */
  readonly judges: readonly string[]
  /** Of each suite looked through, by its name: the class that has its property. Not empty. */
  readonly wants: ReadonlyMap<string, string>
  /** Part of the answer, or of the prompt as the model saw it, in any case. */
  readonly text?: string | undefined
  /** Of a grid. */
  readonly template?: string | undefined
}

/** Of a view, those with all that is named here. */
export interface BrowseFilter {
  readonly suites?: readonly string[] | undefined
  readonly change?: BrowsedAnswer['change'] | undefined
  /** What the judge said. */
  readonly class?: string | undefined
  /** Whether a person has labelled it. */
  readonly labelled?: boolean | undefined
}

/** One answer as a list shows it. Classes are null where the judge has not looked. */
export interface BrowsedAnswer {
  readonly suite: string
  readonly sample: string
  readonly chunk: string
  readonly position: number
  /** What became of the suite's property; `unscored` where that cannot be said. */
  readonly change: 'lost' | 'gained' | 'same' | 'unscored'
  readonly class: string | null
  /** Of the baseline's answer. */
  readonly before: string | null
  /** A person's. */
  readonly label: string | null
  /** How the prompt begins, as the model saw it. */
  readonly rendered: string
}

/** How many answers of a view are of one kind. */
export interface BrowseTally {
  readonly suite: string
  readonly change: BrowsedAnswer['change']
  readonly class: string | null
  readonly labelled: boolean
  readonly n: number
}

/**
 * Keeps runs and answers. A chunk is known by the hash of all that decides its answers, so runs share chunks.
 * Answers, and whatever else is written twice, stay as they were written first where nothing else is said.
 */
export interface Store extends AsyncDisposable {
  /** Registers a run; one of the same hash is taken up again and returned as it stands. */
  startRun(run: Pick<RunRow, 'hash' | 'study' | 'plan' | 'engine' | 'started'>): Promise<RunRow>
  finishRun(hash: string, finished: string, result: unknown): Promise<void>
  /** Newest first. */
  runs(study?: string): Promise<RunRow[]>
  run(hash: string): Promise<RunRow | null>
  /** When a run last finished, so that others can tell whether one has since; null where none did. */
  lastFinished(): Promise<string | null>

  startSession(session: Omit<Session, 'seen' | 'ended'>): Promise<void>
  /** Says that a session is alive at `at`, or has ended then. */
  seeSession(id: string, at: string, ended?: boolean): Promise<void>
  /** Newest first. */
  sessions(run: string): Promise<Session[]>
  /** @param since ISO 8601, for `recent`; default: none are recent */
  progress(run: string, since?: string): Promise<RunProgress>

  /** All chunks of each condition and suite named: those that stood behind them in an earlier pass are no longer used. */
  useChunks(run: string, uses: readonly ChunkUse[]): Promise<void>
  chunks(run: string): Promise<UsedChunk[]>
  /** Those of `keys` that are done. */
  doneChunks(keys: readonly string[]): Promise<Set<string>>
  /** The records and the completion of their chunk, in one transaction. False when another writer was first. */
  saveChunk(key: string, records: readonly AnswerRecord[]): Promise<boolean>
  /** Records in the order they were saved; null when the chunk is not done. */
  chunk(key: string, judge?: string): Promise<JudgedRecord[] | null>
  /** A judge's words on a chunk, by position; its last words count. Another judge's stay beside them. */
  saveJudgements(chunk: string, judge: string, judgements: ReadonlyMap<number, Judgement>): Promise<void>
  /** Scores of a chunk by position; a position that already has a value keeps it, one that has none is written anew. */
  saveScores(chunk: string, scorer: string, scores: ReadonlyMap<number, Score>): Promise<void>
  /** By position; empty where the scorer has not looked. */
  scores(chunk: string, scorer: string): Promise<Map<number, Score>>
  /** A person's label; a second one of the same answer takes the place of the first, and an answer that was drawn stays so. */
  saveLabel(run: string, label: Label): Promise<void>
  removeLabel(run: string, label: Pick<Label, 'chunk' | 'position'>): Promise<void>
  labels(run: string): Promise<Label[]>
  /** A page of a view, in the order of suite, chunk and position. */
  browse(
    view: BrowseView,
    filter: BrowseFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<BrowsedAnswer[]>
  tally(view: BrowseView): Promise<BrowseTally[]>
  /** Where a condition's answer to a row stands; null where there is none yet. */
  locate(
    run: string,
    row: Readonly<{ condition: string; suite: string; sample: string }>,
  ): Promise<Pick<Label, 'chunk' | 'position'> | null>
  /** Answers of a run, in the order of stage, condition, suite and chunk. */
  answers(filter: AnswerFilter): AsyncIterable<JudgedRecord & ChunkUse>

  /** Something computed once, such as a fitted vector, by the hash of what decides it. */
  saveArtefact(key: string, body: unknown, stays?: 'first' | 'last'): Promise<void>
  artefact(key: string): Promise<unknown>
}
