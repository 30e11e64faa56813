/**
 * Training an edit with the language-model loss: cross-entropy on the target tokens, mini-batches, AdamW whose rate falls
 * linearly to nothing, early stopping on examples that are not trained on.
 */
import { PlimsollError } from '../errors.ts'
import { createRandom, shuffle } from '../random.ts'
import { AdamW, type AdamWState } from './adamw.ts'
import type { StepSize } from './bytes.ts'
import type { Sequence, TrainableEdit } from './edits/index.ts'
import type { PackedBatch, Tail } from './tail.ts'

export interface TrainingSequence extends Sequence {
  /** Token `target` is predicted at row `row` of the states. */
  readonly targets: PackedBatch['targets']
}

export interface TrainingSettings {
  readonly epochs: number
  /** Sequences in a step. */
  readonly batch: number
  readonly learningRate: number
  readonly weightDecay: number
  /** Factor of the edit's penalty, which grows linearly from nothing. */
  readonly penalty: number
  /** Epochs without a lower validation loss before training ends. */
  readonly patience: number
  readonly seed: number
}

/** All that the next step depends on. */
export interface Checkpoint {
  readonly epoch: number
  readonly parameters: Float64Array
  readonly optimiser: AdamWState
  /** Mean loss of a target token at each step so far, in nats. */
  readonly losses: readonly number[]
  /** The same over the validation examples, before training and after each epoch. */
  readonly validation: readonly number[]
  /** Parameters with the lowest validation loss. */
  readonly best: Float64Array
}

export interface Trained {
  /** Of the epoch with the lowest validation loss, where there are validation examples; else the last. */
  readonly parameters: Float64Array
  readonly losses: readonly number[]
  readonly validation: readonly number[]
  readonly ended: 'all epochs' | 'no longer better'
}

export interface TrainingHooks {
  readonly onStep?: (done: number, total: number, loss: number) => void
  /** After every epoch. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void
  /** Of each epoch; default: shuffled by the seed. */
  readonly orderOf?: (epoch: number) => readonly number[]
}

/** Tokens that go through the tail at once: more cost memory and gain little. */
const tokensAtOnce = 256

/**
 * Trains `edit` in place, from where it is or from a checkpoint.
 * @throws PlimsollError `cancelled`, `out-of-memory`, `invalid-input` for a loss that is no number
 */
export function train(
  tail: Pick<Tail, 'run'>,
  edit: TrainableEdit,
  examples: { readonly training: readonly TrainingSequence[]; readonly validation: readonly TrainingSequence[] },
  settings: TrainingSettings,
  { onStep, onCheckpoint, orderOf }: TrainingHooks = {},
  from?: Checkpoint,
): Trained {
  const { training } = examples
  const { epochs, batch, learningRate, weightDecay, patience, seed } = settings
  const perEpoch = Math.ceil(training.length / batch)
  const total = epochs * perEpoch
  const validationLoss = () => (examples.validation.length === 0 ? [] : [lossOf(tail, edit, examples.validation)])
  if (from !== undefined) edit.parameters.set(from.parameters)
  const optimiser = new AdamW(edit.parameters, { weightDecay }, from?.optimiser)
  const losses = [...(from?.losses ?? [])]
  const validation = [...(from?.validation ?? validationLoss())]
  let best = from?.best ?? edit.parameters.slice()
  const order =
    orderOf ??
    ((epoch: number) =>
      shuffle(
        Array.from(training, (_, i) => i),
        createRandom(seed, `epoch ${epoch}`),
      ))
  for (let epoch = from?.epoch ?? 0; epoch < epochs; epoch++) {
    if (exhausted(validation, patience)) return { parameters: best, losses, validation, ended: 'no longer better' }
    const indexes = order(epoch)
    for (let i = 0; i < perEpoch; i++) {
      const step = epoch * perEpoch + i
      const chosen = indexes.slice(i * batch, (i + 1) * batch).flatMap(index => training[index] ?? [])
      const { loss, gradient } = lossAndGradient(tail, edit, chosen, settings.penalty * (step / total))
      if (!Number.isFinite(loss)) throw notANumber(step)
      losses.push(loss)
      edit.beforeStep?.(gradient)
      optimiser.step(gradient, learningRate * (1 - step / total))
      onStep?.(step + 1, total, loss)
    }
    validation.push(...validationLoss())
    if (validation.at(-1) === Math.min(...validation)) best = edit.parameters.slice()
    const { parameters } = edit
    onCheckpoint?.({
      epoch: epoch + 1,
      parameters: parameters.slice(),
      optimiser: optimiser.state,
      losses,
      validation,
      best,
    })
  }
  return {
    parameters: validation.length > 0 ? best : edit.parameters.slice(),
    losses,
    validation,
    ended: exhausted(validation, patience) ? 'no longer better' : 'all epochs',
  }
}

/** What goes through the tail at once at most, whichever examples meet in a step; validation examples meet in any number. */
export function largestStep(
  training: readonly SequenceSize[],
  validation: readonly SequenceSize[],
  batch: number,
): StepSize {
  const all = [...training, ...validation]
  const longest = Math.max(...all.map(({ tokens }) => tokens))
  const most = (of: keyof SequenceSize) => {
    const ofStep = training.map(size => size[of]).toSorted((a, b) => b - a)
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
    return Math.max(sum(ofStep.slice(0, batch)), sum(validation.map(size => size[of])))
  }
  const tokens = Math.min(most('tokens'), Math.max(longest, tokensAtOnce))
  return { tokens, longest, targets: Math.min(most('targets'), tokens) }
}

interface SequenceSize {
  readonly tokens: number
  readonly targets: number
}

/** Mean loss of a target token under the edit, in nats. */
export function lossOf(tail: Pick<Tail, 'run'>, edit: TrainableEdit, sequences: readonly TrainingSequence[]): number {
  let sum = 0
  for (const part of packs(sequences)) {
    const { losses } = tail.run(
      packed(
        part.map(sequence => edit.apply(sequence)),
        part,
      ),
      'loss',
    )
    sum += losses.reduce((total, loss) => total + loss, 0)
  }
  return sum / targetsOf(sequences)
}

/** In parts that fit, whose gradients add up: the same as all at once. */
function lossAndGradient(
  tail: Pick<Tail, 'run'>,
  edit: TrainableEdit,
  sequences: readonly TrainingSequence[],
  penalty: number,
): { readonly loss: number; readonly gradient: Float64Array } {
  const gradient = new Float64Array(edit.parameters.length)
  const targets = targetsOf(sequences)
  let sum = 0
  for (const part of packs(sequences)) {
    const { losses, gradient: byStates } = tail.run(
      packed(
        part.map(sequence => edit.apply(sequence)),
        part,
      ),
      'gradient',
    )
    sum += losses.reduce((total, loss) => total + loss, 0)
    let start = 0
    for (const sequence of part) {
      const end = start + sequence.states.length
      const own = byStates?.subarray(start, end).map(value => value / targets)
      if (own !== undefined) edit.back(sequence, own, gradient)
      edit.penalty?.(sequence, penalty / sequences.length, gradient)
      start = end
    }
  }
  return { loss: sum / targets, gradient }
}

function packs(sequences: readonly TrainingSequence[]): TrainingSequence[][] {
  const found: TrainingSequence[][] = []
  let tokens = Number.POSITIVE_INFINITY
  for (const sequence of sequences) {
    const own = sequence.states.length / sequence.width
    tokens += own
    if (tokens > tokensAtOnce) {
      found.push([])
      tokens = own
    }
    found.at(-1)?.push(sequence)
  }
  return found
}

function packed(changed: readonly Float32Array[], sequences: readonly TrainingSequence[]): PackedBatch {
  const states = new Float32Array(changed.reduce((sum, own) => sum + own.length, 0))
  const lengths: number[] = []
  const targets: { row: number; target: number }[] = []
  let start = 0
  for (const [i, { width, targets: own }] of sequences.entries()) {
    const values = changed[i] ?? new Float32Array()
    states.set(values, start)
    targets.push(...own.map(({ row, target }) => ({ row: start / width + row, target })))
    lengths.push(values.length / width)
    start += values.length
  }
  return { lengths, states, targets }
}

function targetsOf(sequences: readonly TrainingSequence[]): number {
  return sequences.reduce((sum, { targets }) => sum + targets.length, 0)
}

/** Whether the lowest loss lies `patience` epochs back. */
function exhausted(validation: readonly number[], patience: number): boolean {
  if (validation.length === 0) return false
  return validation.length - 1 - validation.indexOf(Math.min(...validation)) >= patience
}

function notANumber(step: number): PlimsollError {
  return new PlimsollError('invalid-input', 'Training left the numbers', {
    found: `a loss that is no number at step ${step + 1}`,
    expected: 'a loss that falls',
    fix: 'Lower the learning rate, or train at another layer.',
  })
}
