/**
 * What the viewer's pages and its API say to each other. The server's answers have these types, and the pages parse what
 * they get by these schemas, so this file may import nothing that a browser lacks.
 */
import { z } from 'zod'
import { labelClasses, questionsAsked } from '../../judge/labels.ts'
import type { Comparison } from '../../study/comparison/types.ts'
import { isResult } from '../../study/is-result.ts'
import type { KnownStrength } from '../../study/known-strengths.ts'
import type { StudyResult } from '../../study/result.ts'
import { Verdict } from '../vectors/info.ts'

const Axis = z.enum(['efficacy', 'general', 'control', 'robustness'])
export const Change = z.enum(['lost', 'gained', 'same', 'unscored'])
export type Change = z.infer<typeof Change>
export const LabelClass = z.enum(labelClasses)
export type LabelClass = z.infer<typeof LabelClass>

/** The model that is served beside the pages. */
export const ServedModel = z.object({
  /** As requests to `/v1` name it. */
  name: z.string(),
  architecture: z.string(),
  /** Blocks. */
  layers: z.number(),
  width: z.number(),
  /** Tokens. */
  contextLength: z.number(),
  /** Tokens of one answer that may be asked for. */
  maxTokens: z.number(),
  quantisation: z.string(),
  /** Identifies weights and shape. */
  fingerprint: z.string(),
  hasChatTemplate: z.boolean(),
  /** Harmless prompts in words that it knows, some of which a careful model refuses. */
  examples: z.array(z.string()),
})
export type ServedModel = z.infer<typeof ServedModel>

export const ServerView = z.object({
  /** Null where only a store is looked at: there is no `/v1` then. */
  model: ServedModel.nullable(),
})
export type ServerView = z.infer<typeof ServerView>

const KnownAxis = z.object({
  state: z.enum(['holds', 'broken', 'undecided', 'cannot-tell', 'works', 'no-effect']),
  change: z.number(),
  ci: z.tuple([z.number(), z.number()]).readonly(),
  n: z.number(),
  unit: z.enum(['points', '%']),
})

/** What one study knows of a vector at one strength. */
export const Known: z.ZodType<KnownStrength> = z.object({
  strength: z.number(),
  how: z.enum(['tested', 'explored']),
  run: z.string().nullable(),
  study: z.string(),
  condition: z.string(),
  verdict: Verdict.nullable(),
  axes: z.record(Axis, KnownAxis.nullable()),
})

/** A vector that requests to the served model can name. */
export const ServedVector = z.object({
  name: z.string(),
  edit: z.string(),
  method: z.string(),
  /** Of this model; newest run first. */
  known: z.array(Known),
})
export type ServedVector = z.infer<typeof ServedVector>

/** A vector that a study in the store fitted on the served model, and that the server can take from there. */
export const StoredVector = z.object({
  /** That it is served by: it names study, condition and run. */
  name: z.string(),
  run: z.string(),
  study: z.string(),
  condition: z.string(),
  /** That the study measured it at. */
  strength: z.number().nullable(),
})
export type StoredVector = z.infer<typeof StoredVector>

export const Vectors = z.object({ served: z.array(ServedVector), stored: z.array(StoredVector) })
export type Vectors = z.infer<typeof Vectors>

/** Of a stored vector. */
export const VectorTaken = z.strictObject({ name: z.string().min(1).max(64) })

const ConditionVerdict = z.object({ condition: z.string(), verdict: Verdict })

export const RunState = z.object({
  study: z.string(),
  run: z.string(),
  model: z.string().nullable(),
  state: z.enum(['finished', 'running', 'interrupted']),
  started: z.string(),
  since: z.string(),
  chunks: z.object({ done: z.number(), of: z.number() }),
  answers: z.object({ done: z.number(), of: z.number().nullable() }),
  minutesLeft: z.number().nullable(),
  verdicts: z.array(ConditionVerdict),
  references: z.array(ConditionVerdict),
  /** It runs on this machine, in a process that can be told to stop. */
  stops: z.boolean(),
  /** It was told to, from a page, and ends its chunk. */
  stopping: z.boolean(),
})
export type RunState = z.infer<typeof RunState>

/** What a page started last. */
export const StartedStudy = z.object({
  study: z.string(),
  /** Null until the store knows of it. */
  run: z.string().nullable(),
  state: z.enum(['running', 'stopping', 'finished', 'stopped', 'failed']),
  /** Its last line. */
  says: z.string().nullable(),
  failure: z
    .object({
      message: z.string(),
      found: z.string().optional(),
      expected: z.string().optional(),
      fix: z.string().optional(),
    })
    .nullable(),
})
export type StartedStudy = z.infer<typeof StartedStudy>

export const Studies = z.object({
  store: z.string(),
  /** Newest first. */
  runs: z.array(RunState),
  /** Null where pages can start nothing. */
  starts: z
    .object({
      /** That is served. */
      model: z.string(),
      builtin: z.array(z.object({ name: z.string(), says: z.string() })),
      started: StartedStudy.nullable(),
    })
    .nullable(),
})
export type Studies = z.infer<typeof Studies>

export const StudyView = z.object({
  status: RunState,
  /** Null until it is finished. */
  result: z.custom<StudyResult>(isResult).nullable(),
  /** Beside the result: what it ran on, how it was concluded, how it is cited. Null where there is no result. */
  about: z
    .object({
      facts: z.array(z.tuple([z.string(), z.string()])),
      methods: z.array(z.string()),
      bibtex: z.string(),
    })
    .nullable(),
  /** Why there is no result though it is finished; null where that is not so. */
  unreadable: z.string().nullable(),
  /** That have answers which can be looked through, baseline left out. */
  conditions: z.array(z.string()),
  /** Of the same study, newest first. */
  runs: z.array(z.object({ run: z.string(), started: z.string(), state: RunState.shape.state })),
})
export type StudyView = z.infer<typeof StudyView>

export const SampleRow = z.object({
  suite: z.string(),
  sample: z.string(),
  change: Change,
  before: z.string().nullable(),
  after: z.string().nullable(),
  label: z.string().nullable(),
  prompt: z.string(),
  template: z.string().nullable(),
  category: z.string().nullable(),
})
export type SampleRow = z.infer<typeof SampleRow>

export const SamplePage = z.object({ offset: z.number(), rows: z.array(SampleRow) })
export type SamplePage = z.infer<typeof SamplePage>

export const Tally = z.object({
  suite: z.string(),
  axis: Axis,
  change: Change,
  class: z.string().nullable(),
  labelled: z.boolean(),
  n: z.number(),
})
export type Tally = z.infer<typeof Tally>

export const Tallies = z.object({
  tallies: z.array(Tally),
  templates: z.array(z.string()),
  /** What has to be said of rows that changed since they were asked; null where there is nothing to say. */
  note: z.string().nullable(),
})
export type Tallies = z.infer<typeof Tallies>

const Answer = z.object({
  text: z.string(),
  class: z.string(),
  rule: z.string(),
  evidence: z.string(),
  truncated: z.boolean(),
})
export type Answer = z.infer<typeof Answer>

export const SampleView = z.object({
  suite: z.string(),
  axis: Axis,
  id: z.string(),
  property: z.string(),
  prompt: z.string(),
  /** The model saw before + prompt + after, or `as` where that is not all. */
  template: z.object({ id: z.string(), before: z.string(), after: z.string(), as: z.string().optional() }).nullable(),
  category: z.string().nullable(),
  harmful: z.boolean(),
  condition: z.string(),
  baseline: Answer,
  steered: Answer,
  change: Change,
  /** Where the steered answer is kept. */
  chunk: z.string(),
  position: z.number(),
  /** A person's; null where nobody has said. */
  label: LabelClass.nullable(),
  judge: z.string(),
  /** By which classes a person can label it; null of what is no answer in words. */
  asks: z.enum(questionsAsked).nullable(),
  /**
   * How the same can be asked at another strength; null where more than a prompt was asked, no vector of the study
   * steered it, or the study is not finished.
   */
  again: z
    .object({ prompt: z.string(), system: z.string().nullable(), vector: z.string(), strength: z.number() })
    .nullable(),
})
export type SampleView = z.infer<typeof SampleView>

export const LabelGiven = z.strictObject({
  chunk: z.string().min(1).max(200),
  position: z.int().min(0),
  /** Null takes it away. */
  class: LabelClass.nullable(),
})
export type LabelGiven = z.infer<typeof LabelGiven>

/** Methods that a page can fit by. */
export const Methods = z.object({ methods: z.array(z.object({ name: z.string(), title: z.string() })) })
export type Methods = z.infer<typeof Methods>

/** A built-in study, or the text of a study file. */
export const StudyWanted = z.union([
  z.strictObject({ study: z.string().min(1).max(80) }),
  z.strictObject({ text: z.string().min(1).max(100_000) }),
])
export type StudyWanted = z.infer<typeof StudyWanted>

export const ComparisonView = z.custom<Comparison>(
  value => typeof value === 'object' && value !== null && 'suites' in value && 'flips' in value,
)

export const Failure = z.object({ error: z.object({ message: z.string(), fix: z.string().optional() }) })
export type Failure = z.infer<typeof Failure>
