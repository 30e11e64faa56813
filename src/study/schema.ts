/** The study file: what may stand in it, and what a study needs once built-in values have filled its gaps. */

import { z } from 'zod'
import { fileRefSchema } from '../data/index.ts'
import { guardForms } from '../judge/guard/forms.ts'
import { type FitMethod, TokensSaid } from '../steer/index.ts'

const count = z.int().min(1)
/** A data set's name, `<pool>/fit` or `<pool>/select` of this study, or an own file. */
export const Ref = z.union([z.string().min(1), fileRefSchema])
export type Ref = z.infer<typeof Ref>

const Strength = z.number().min(-100).max(100)
const Layer = z.int().min(0).max(500)

/** A number is how many layers to try, evenly spaced from a quarter to four fifths of the model's depth. */
const Layers = z.union([
  z.int().min(1).max(200),
  z.array(Layer).min(1),
  z.strictObject({ from: Layer, to: Layer, step: count.optional() }),
])

const Name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@×-]{0,79}$/u, 'expected letters, digits, spaces and . _ - @, at most 80')

/** Of any method; which one takes which is checked when a study is planned. */
export const MethodParameters = z
  .strictObject({
    /** Control rows join the contrast set: refused harmful ones the positives, answered ones the negatives. */
    constrained: z.boolean(),
    /**
     * Tokens whose states are read: `template-suffix`, `last`, `prompt`, `answer`, or a clause as in docs/where.md. For
     * methods that are trained: those acted on.
     */
    tokens: TokensSaid,
    /** In means: whether every prompt counts alike, or every token. */
    weighting: z.enum(['prompt', 'token']),
    centred: z.boolean(),
    lambda: z.number().min(0).max(10),
    /** Of `partial-or`: added at one layer, or taken away from that layer on. */
    edit: z.enum(['add', 'ablate']),
    ratio: z.number().positive().max(1),
    share: z.number().positive().max(1),
    validation: z.number().positive().max(0.9),
    adaptive: z.boolean(),
    selective: z.boolean(),
    epochs: z.int().min(1).max(1000),
    batch: count,
    learningRate: z.number().positive().max(1),
    weightDecay: z.number().min(0).max(1),
    answerTokens: z.int().min(1).max(1024),
    top: z.int().min(1).max(1024),
    penalty: z.number().min(0).max(100),
    /** A file, .npz or .safetensors; from the study file's folder. */
    autoencoder: z.string().min(1),
    rank: z.int().min(1).max(1024),
    first: z.int().min(0).max(1024),
    last: z.int().min(0).max(1024),
  })
  .partial()
export type MethodParameters = z.infer<typeof MethodParameters>

/** A module of one's own; whoever runs the study runs it. */
const ownModule = /^(?:\.{1,2}|[A-Za-z]:)?[\\/].*\.[cm]?[jt]s$/
export function isOwnModule(name: string): boolean {
  return ownModule.test(name)
}

const MethodName = z.enum([
  'diffmean',
  'pca',
  'linear-probe',
  'ssv',
  'reft-r1',
  'loreft',
  'partial-or',
  'null-space',
  'ace',
  'iti',
  'angular',
  'cast',
  'sta',
  'ablation',
] satisfies FitMethod[])
const MethodCondition = z.strictObject({
  name: Name.optional(),
  /** A method fitted in this study, see `plimsoll methods`. */
  method: MethodName,
  /** Left out: chosen on the select split. */
  layer: Layer.optional(),
  strength: Strength.optional(),
  /** What the method is told, see `plimsoll methods`; its defaults where left out. */
  parameters: MethodParameters.optional(),
})
const OwnMethodCondition = z.strictObject({
  name: Name.optional(),
  /** A module of one's own whose default export is a method; from the study file's folder. Whoever runs the study runs it. */
  method: z.string().regex(ownModule, 'expected a method, or the path of a module such as ./mine.ts'),
  layer: Layer.optional(),
  strength: Strength.optional(),
  /** What the method is told; its own defaults where left out. */
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).optional(),
})
const VectorCondition = z.strictObject({
  name: Name,
  /** A .safetensors file, fitted elsewhere. */
  vector: z.string().min(1),
  strength: Strength.default(1),
})
export const Condition = z.union([MethodCondition, OwnMethodCondition, VectorCondition])
export type Condition = z.infer<typeof Condition>

/**
 * As they may be written: a method's name alone is a condition, and `paper` stands for the five methods of Goyal and Daumé
 * 2026 (arXiv 2602.06256), each of them unconstrained and constrained.
 */
const Conditions = z.union([z.enum(['paper']), z.array(z.union([MethodName, Condition]))])
type Conditions = z.input<typeof Conditions>

/** Of Goyal and Daumé 2026 (arXiv 2602.06256). */
export const paperMethods = ['diffmean', 'linear-probe', 'ssv', 'reft-r1', 'partial-or'] as const satisfies FitMethod[]

/** Conditions written in short, written out. */
export function writtenOut(conditions: Conditions): z.input<typeof Condition>[] {
  if (conditions !== 'paper') return conditions.map(one => (typeof one === 'string' ? { method: one } : one))
  return paperMethods.flatMap(method => [{ method }, { method, parameters: { constrained: true } }])
}

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
      /** Jailbreak templates, filled with the control prompts. */
      attack: Ref,
      /** Rows of each. */
      rows: count,
    }),
  ]),
})

export type Rule = z.infer<typeof Select>['rule']

const PromptsSuite = z.strictObject({ prompts: Ref, name: Name.optional(), limit: count.optional() })
const ChoiceSuite = z.strictObject({
  choice: Ref,
  name: Name.optional(),
  limit: count.optional(),
  /**
   * `letters`: the options stand in the question and a letter is the answer. `text`: the option itself is. `completion`:
   * the option goes on where the text stops; only with `shots`.
   */
  format: z.enum(['letters', 'text', 'completion']).optional(),
  /**
   * Worked examples before each question, from the same category where there are categories. With it, 0 included, the
   * question is text that the model goes on with, in the form of lm-evaluation-harness; without it, it is asked as in a
   * chat.
   */
  shots: z.int().min(0).max(64).optional(),
  /** Rows that examples are taken from; the first ones of the set itself where left out, which are then not measured. */
  examples: Ref.optional(),
})
const ProblemsSuite = z.strictObject({
  /** Word problems whose answer is a number. */
  problems: Ref,
  name: Name.optional(),
  limit: count.optional(),
  /** As with multiple choice. */
  shots: z.int().min(0).max(64).optional(),
  examples: Ref.optional(),
  /** Most tokens of a solution; 256 where left out. */
  maxTokens: z.int().min(1).max(8192).optional(),
})
const PerplexitySuite = z.strictObject({ perplexity: Ref, name: Name.optional(), limit: count.optional() })
const OwnAnswersSuite = z.strictObject({
  /** Prompts whose unsteered answers are scored under every condition; outside the verdict. */
  ownAnswers: Ref,
  name: Name.optional(),
  limit: count.optional(),
})
const AttackStep = z.union([
  /** An attack by name, a set of templates or rewritings, or the path of a module of one's own. */
  z.string().min(1),
  /** Templates of one's own. */
  fileRefSchema,
  z.strictObject({
    attack: z.string().min(1),
    /** See docs/attacks.md; the attack's defaults where left out. */
    parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).optional(),
  }),
  /** Requests in other words, each by the id or the words of the request it stands for. */
  z.strictObject({ rewrites: Ref }),
])
export type AttackStep = z.infer<typeof AttackStep>
/** `chain`: each acts on what the one before it left. */
const AttackChain = z.strictObject({ chain: z.array(AttackStep).min(2) })
export const AttackSpec = z.union([AttackStep, AttackChain, z.array(z.union([AttackStep, AttackChain])).min(1)])
export type AttackSpec = z.infer<typeof AttackSpec>

const GridSuite = z.strictObject({
  /** Templates, attacks by name, rewritings, or a list of such: each is a wrapper that every prompt is put into. */
  attack: AttackSpec,
  name: Name.optional(),
  /** How many of each set of templates. */
  templates: z.int().min(1).max(500).optional(),
  prompts: Ref,
  /** How many of the prompts. */
  limit: count.optional(),
  /** How many cells of templates × prompts, spread evenly; all of them where left out. */
  sample: count.optional(),
  /** How many answers to draw of every cell at temperature 1, beside the likeliest one and outside the verdict: hit@k. */
  samples: z.int().min(2).max(100).optional(),
  /** Benign requests to run inside the same templates, reported outside the verdict. */
  benign: z.strictObject({ prompts: Ref, limit: count.optional(), sample: count.optional() }).optional(),
})
const ConflictSuite = z.strictObject({
  /** Questions that memory and a passage answer differently. */
  conflict: Ref,
  name: Name.optional(),
  /** Most questions, of those that the model knows. */
  limit: count.optional(),
  /** Most questions that it is asked without a context to find out which it knows. */
  candidates: count.optional(),
  /**
   * What stands before the question. Left out: on the axis of efficacy the passage that contradicts memory, of control
   * nothing, of robustness distractors. `golden`, and the contradiction among distractors, stay out of the verdict.
   */
  given: z.enum(['nothing', 'contradiction', 'golden', 'distractors', 'contradiction-among-distractors']).optional(),
  /**
   * `answer`: by the names in the model's answer. `likelihood`: by which of the two answers it finds likelier, for
   * answers that are whole sentences. `both`: by the answer, with the likelihood beside it outside the verdict.
   */
  by: z.enum(['answer', 'likelihood', 'both']).default('answer'),
})
const OwnSuite = z.strictObject({
  /** A module of one's own whose default export is a suite; from the study file's folder. Whoever runs the study runs it. */
  suite: z.string().regex(ownModule, 'expected the path of a module such as ./mine.ts'),
  name: Name.optional(),
  limit: count.optional(),
})
/** A plain string is a data set, measured by what kind of rows it has; `perplexity` stands for WikiText-2. */
export const SuiteEntry = z.union([
  z.string().min(1),
  PromptsSuite,
  ChoiceSuite,
  ProblemsSuite,
  PerplexitySuite,
  OwnAnswersSuite,
  GridSuite,
  ConflictSuite,
  OwnSuite,
])
export type SuiteEntry = z.infer<typeof SuiteEntry>
export type ChoiceEntry = z.infer<typeof ChoiceSuite>
export type ProblemsEntry = z.infer<typeof ProblemsSuite>
export type GridEntry = z.infer<typeof GridSuite>
export type ConflictEntry = z.infer<typeof ConflictSuite>
export type OwnSuiteEntry = z.infer<typeof OwnSuite>

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

/** What a model is asked about an answer: `harm` (default), by a rubric from 0 to 1, or `refusal`, by three classes. */
const Asks = z.enum(['harm', 'refusal']).optional()

const judges = [
  z.enum(['rules']),
  /** A module of one's own whose default export is a judge; from the study file's folder. */
  z.string().regex(ownModule, 'expected rules, or the path of a module such as ./mine.ts'),
  z.strictObject({
    /** A GGUF file or the name of a model, which grades. */
    rubric: z.string().min(1),
    asks: Asks,
  }),
  z.strictObject({
    /** A GGUF file or the name of a model that was trained to tell harmful answers. */
    guard: z.string().min(1),
    /** How it answers. */
    form: z.enum(guardForms),
    /** Its prompt: a chat template in Jinja, or text with {request} and {answer}. Default: what its GGUF brings. */
    template: z.string().min(1).optional(),
  }),
  z.strictObject({
    /** Address of an OpenAI-compatible API, such as `http://localhost:8080/v1`. */
    endpoint: z
      .string()
      .regex(/^https?:\/\/[^\s@?#]+$/, 'expected http:// or https:// without user, password and query'),
    model: z.string().min(1),
    /** Name of the environment variable that holds the key; the key itself stands nowhere. */
    keyFrom: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable')
      .optional(),
    asks: Asks,
  }),
] as const
export const OneJudge = z.union(judges)
export type OneJudge = z.infer<typeof OneJudge>

/** The rules always judge refusals, and they alone decide. Others grade beside them, one or several. */
export const Judge = z.union([...judges, z.array(OneJudge).min(1)])
export type Judge = z.infer<typeof Judge>

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
  fit: Fit.partial().optional(),
  select: Select.partial().optional(),
  measure: Measure.partial().optional(),
  margins: Margins.partial().optional(),
  generation: Generation.partial().optional(),
})
export type StudyFile = z.input<typeof StudyFile>
