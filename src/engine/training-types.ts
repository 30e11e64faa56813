/** Training an edit by gradients: what it is trained on, how, and what came of it. */
import type { TrainableSpec } from '../gradient/edits/index.ts'
import type { Checkpoint, Trained, TrainingSettings } from '../gradient/train.ts'
import type { RunOptions } from '../progress.ts'
import type { Prompt } from './prompt-types.ts'
import type { WhereInput } from './where.ts'

export type { Checkpoint, TrainableSpec }

export interface TrainingExample {
  readonly prompt: Prompt
  /** The answer that is to become likely, tokenised by itself. */
  readonly target: string
}

export interface TrainingSpec extends Pick<TrainingSettings, 'epochs' | 'batch' | 'learningRate'> {
  /** Whose states are edited, counted from 0; −1: the embedding. */
  readonly layer: number
  /** Tokens that the edit acts on. Default: every one but the beginning of sequence. */
  readonly tokens?: NonNullable<WhereInput['tokens']> | undefined
  readonly edit: TrainableSpec
  /** Default 0. */
  readonly weightDecay?: number | undefined
}

export interface TrainOptions extends RunOptions {
  /** Examples that are not trained on: the parameters kept are those that serve them best. */
  readonly validation?: readonly TrainingExample[] | undefined
  /** Epochs without a lower validation loss before training ends; default 2. */
  readonly patience?: number | undefined
  /** Goes on from there, with the same examples, spec and seed. */
  readonly from?: Checkpoint | undefined
  /** After every epoch. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => void) | undefined
  /** Default: those of all engines. */
  readonly threads?: number | undefined
}

export interface Training extends Trained {
  /** As the edit's `start` has them. Of the epoch with the lowest validation loss, where there are validation examples. */
  readonly parameters: Float64Array
  /** By how many lengths of the vector the edit moves each example, validation examples last. */
  readonly strengths: Float64Array
  /** Bytes of the weights that were trained through, and of the largest step. */
  readonly bytes: number
}
