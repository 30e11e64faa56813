/** What every condition is asked. */
import { z } from 'zod'
import { fileRefSchema } from '../../data/index.ts'
import { count, Name, ownModule, Ref } from './words.ts'

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
