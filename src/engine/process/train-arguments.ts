/** What the engine process is told of a training, from what its caller says. */
import { PlimsollError } from '../../errors.ts'
import { startLength } from '../../gradient/edits/index.ts'
import { checkedPrompt, listOf, positive } from '../check.ts'
import { readHeader } from '../header.ts'
import type { ModelInfo, TrainableSpec, TrainingExample, TrainingSpec, TrainOptions } from '../types.ts'
import { parseWhere } from '../where.ts'
import type { Calls } from './protocol.ts'

const defaultPatience = 2

/** @throws PlimsollError `invalid-input` */
export async function trainArguments(
  info: ModelInfo,
  examples: readonly TrainingExample[],
  { layer, tokens, edit, ...settings }: TrainingSpec,
  options: TrainOptions,
): Promise<Calls['train']['arguments']> {
  const { validation = [], patience = defaultPatience, seed = 0, from } = options
  if (listOf('examples', examples).length === 0)
    throw new PlimsollError('invalid-input', 'There is nothing to train on', {
      found: 'no examples',
      expected: 'at least one prompt with its target',
      fix: 'Give examples.',
    })
  checkStart(edit, info.width)
  const checked = (use: 'train' | 'validate', first: number) => (example: TrainingExample, index: number) => ({
    ...example,
    prompt: checkedPrompt(example.prompt, first + index),
    use,
  })
  const { file, architecture, metadata, tensors } = await readHeader(info.file)
  return {
    examples: [...examples.map(checked('train', 0)), ...validation.map(checked('validate', examples.length))],
    layer,
    tokens: parseWhere({ tokens: tokens ?? { phase: 'all' } }).tokens,
    edit,
    settings: {
      epochs: positive('epochs', settings.epochs),
      batch: positive('batch', settings.batch),
      learningRate: settings.learningRate,
      weightDecay: settings.weightDecay ?? 0,
      penalty: edit.kind === 'reft-r1' ? edit.penalty : 0,
      patience: positive('patience', patience),
      seed,
    },
    threads: positive('threads', options.threads ?? info.engine.threads),
    source: { file, architecture, metadata, tensors },
    from,
  }
}

function checkStart(edit: TrainableSpec, width: number): void {
  if (edit.kind === 'loreft') positive('rank', edit.rank)
  const values = startLength(edit, width)
  if (edit.start.length === values) return
  throw new PlimsollError('invalid-input', 'What the training starts from is of another size', {
    found: `${edit.start.length} values`,
    expected: `${values}, for a model of width ${width}`,
    fix: 'Start from an edit of this model.',
  })
}
