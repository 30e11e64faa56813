/** What is done to the model: methods fitted in the study, methods of one's own, vectors from elsewhere. */
import { z } from 'zod'
import { type FitMethod, TokensSaid } from '../../steer/index.ts'
import { Strength } from '../../steer/strength.ts'
import { count, Layer, Name, ownModule } from './words.ts'

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
export const Conditions = z.union([z.enum(['paper']), z.array(z.union([MethodName, Condition]))])
type Conditions = z.input<typeof Conditions>

/** Of Goyal and Daumé 2026 (arXiv 2602.06256). */
export const paperMethods = ['diffmean', 'linear-probe', 'ssv', 'reft-r1', 'partial-or'] as const satisfies FitMethod[]

/** Conditions written in short, written out. */
export function writtenOut(conditions: Conditions): z.input<typeof Condition>[] {
  if (conditions !== 'paper') return conditions.map(one => (typeof one === 'string' ? { method: one } : one))
  return paperMethods.flatMap(method => [{ method }, { method, parameters: { constrained: true } }])
}
