/** The study file: what may stand in it, and what a study needs once built-in values have filled its gaps. */
import { z } from 'zod'
import { Strength } from '../steer/strength.ts'
import { Condition, Conditions } from './schema/conditions.ts'
import { Judge } from './schema/judges.ts'
import { SuiteEntry } from './schema/suites.ts'
import { count, Layer, Name, Ref } from './schema/words.ts'

export { Condition, MethodParameters, paperMethods, writtenOut } from './schema/conditions.ts'
export { Judge, OneJudge } from './schema/judges.ts'
export {
  AttackSpec,
  type AttackStep,
  type ChoiceEntry,
  type ConflictEntry,
  type GridEntry,
  type OwnSuiteEntry,
  type ProblemsEntry,
  SuiteEntry,
} from './schema/suites.ts'
export { isOwnModule, Ref } from './schema/words.ts'

/** A number is how many layers to try, evenly spaced from a quarter to four fifths of the model's depth. */
const Layers = z.union([
  z.int().min(1).max(200),
  z.array(Layer).min(1),
  z.strictObject({ from: Layer, to: Layer, step: count.optional() }),
])

const References = z.strictObject({
  /** System prompts that ask for the same in words, of which the best on the select split is taken; false for none. */
  prompt: z.union([z.string().min(1), z.array(z.string().min(1)).min(1), z.literal(false)]),
  /** How many random directions of the same size as the first method's. */
  random: z.int().min(0).max(100),
  /** How many random directions that move the first token's distribution as far as the first method does. */
  randomKl: z.int().min(0).max(100),
  /** How many fits of the same rows with their sides shuffled, each of the size of the first method's. */
  permuted: z.int().min(0).max(100),
  /** Most rows of any suite that each of them answers, spread over it and drawn by the seed; null for all. */
  rows: count.nullable(),
})

const Pool = z.strictObject({
  from: z.array(Ref).min(1),
  fit: z.int().min(0).optional(),
  select: z.int().min(0).optional(),
})

const Fit = z.strictObject({
  /** Rows that may fall on either side: what the model does with them decides. */
  pool: Ref.optional(),
  /** Joins the positives where the pool gives fewer than `minimum`; harmless requests for overrefusal. */
  positive: Ref.optional(),
  /** Joins the negatives likewise; harmful requests for overrefusal. */
  negative: Ref.optional(),
  /** `behaviour`: rows count for the side the model itself takes. `all`: as they are given. */
  keep: z.enum(['behaviour', 'all']),
  /** Fewest rows a side of the pool has to give before wider pools join. */
  minimum: count,
  /** Most rows a side. */
  limit: count,
  /**
   * How many more times every method in closed form is fitted, each time on its contrast set drawn anew with
   * replacement, at the layer and strength it has: what is claimed of a method, and not of one vector, takes ten.
   */
  resamples: z.int().min(0).max(1000),
  /** Most rows of any suite that each of these fits answers, spread over it and drawn by the seed; null for all. */
  resampleRows: count.nullable(),
})

const Select = z.strictObject({
  layers: Layers,
  strengths: z.array(Strength).min(1),
  /**
   * `target-minus-control`: the best score of layer × strength. `kl-budget`: at each layer the largest strength within
   * the budget, of these the best score. `both`: the best score among the points within the budget. `matched-efficacy`:
   * at each layer the smallest strength that answers enough of the target prompts, of these the best score.
   */
  rule: z.enum(['target-minus-control', 'kl-budget', 'both', 'matched-efficacy']),
  /** Nats that the 95th percentile of the tokens' KL(unsteered ‖ steered) may reach on harmless text. */
  klBudget: z.number().positive().max(100),
  /** Share of the target prompts that is enough under `matched-efficacy`. */
  efficacy: z.number().positive().max(1),
  on: z.strictObject({ target: Ref, control: Ref }),
  /** Rows a side. */
  limit: count,
  /** Short answers are enough to tell a refusal by its opening. */
  maxTokens: count,
  /**
   * What is also measured at every strength of the chosen layer, so that curves of all four axes can be drawn: neither
   * chosen by, nor part of the verdict. False for nothing.
   */
  explore: z.union([
    z.literal(false),
    z.strictObject({
      /** Multiple choice. */
      general: Ref,
      /** Jailbreak templates, filled with the control prompts. Faithfulness has none: its control questions follow distractors. */
      attack: Ref.optional(),
      /** Rows of each. */
      rows: count,
    }),
  ]),
})

export type Rule = z.infer<typeof Select>['rule']

const suites = z.array(SuiteEntry)
const Measure = z.strictObject({ efficacy: suites, general: suites, control: suites, robustness: suites })

const Margins = z.strictObject({
  /** Points of a rate that may be lost. */
  rates: z.number().positive().max(100),
  /** Per cent that perplexity may rise. */
  perplexity: z.number().positive().max(100),
  /** Points of degenerate answers that may be added. */
  degenerate: z.number().positive().max(100),
})

const Generation = z.strictObject({
  maxTokens: z.int().min(1).max(8192),
  /** Only greedy decoding is measured. */
  temperature: z.literal(0),
})

const plain = {
  name: Name,
  title: z.string().min(1),
  /** Said wherever the results stand. */
  labels: z.array(z.string().min(1)),
  model: z.string().min(1),
  /** What is steered: whether the model refuses, or whether it answers from the context where that contradicts memory. */
  behaviour: z.enum(['refusal', 'faithfulness']),
  system: z.string().min(1).nullable(),
  conditions: z.array(Condition),
  pools: z.record(z.string().regex(/^[\w-]+$/, 'expected letters, digits, _ and -'), Pool),
  judge: Judge,
  /** Adds a positive control, an identity edit and a second baseline. */
  safeguards: z.boolean(),
  /** `none` for a model that steering cannot move: then nothing is concluded from a positive control that is not broken. */
  expectPositiveControl: z.enum(['broken', 'none']),
  seed: z.int().min(0),
  /** Answers decoded together from a clean cache: the unit of work and of resume. */
  chunk: z.int().min(1).max(1024),
  /** Sequences decoded at the same time. */
  slots: z.int().min(1).max(256),
  /** Most rows of any suite, for a quick try. */
  limit: count.nullable(),
}

/** A study with nothing left open: what is hashed. */
export const Study = z.strictObject({
  version: z.literal(1),
  ...plain,
  references: References,
  fit: Fit,
  select: Select,
  measure: Measure,
  margins: Margins,
  generation: Generation,
})
export type Study = z.infer<typeof Study>

/** What a user writes: everything but the study and the model may be left out. */
export const StudyFile = z.strictObject({
  version: z.literal(1).optional(),
  /**
   * A built-in study that says what efficacy, control and robustness mean, and fills every gap; or a study file in the
   * same folder that does.
   */
  study: z.string().min(1).optional(),
  ...z.strictObject(plain).partial().shape,
  conditions: Conditions.optional(),
  references: References.partial().optional(),
  /** `pool: false` takes the pool of the study below away; so do rows for both sides. */
  fit: Fit.extend({ pool: z.union([Ref, z.literal(false)]) })
    .partial()
    .optional(),
  select: Select.partial().optional(),
  measure: Measure.partial().optional(),
  margins: Margins.partial().optional(),
  generation: Generation.partial().optional(),
})
export type StudyFile = z.input<typeof StudyFile>
