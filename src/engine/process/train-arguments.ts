/** What the engine process is told of a training, from what its caller says. */
import { PlimsollError } from '../../errors.ts'
import { listOf, positive } from '../check.ts'
import { checkOptions } from '../check-options.ts'
import { checkCheckpoint, checkedExample, checkTrainable, finite, isFromNothing } from '../check-training.ts'
import { readHeader } from '../header.ts'
import type { ModelInfo, TrainingExample, TrainingSpec, TrainOptions } from '../types.ts'
import { parseWhere } from '../where.ts'
import type { Calls } from './protocol.ts'

const defaultPatience = 2

/** @throws PlimsollError `invalid-input` */
export async function trainArguments(
  info: ModelInfo,
  examples: readonly TrainingExample[],
  spec: TrainingSpec,
  options: TrainOptions,
): Promise<Calls['train']['arguments']> {
  checkOptions('train', options)
  checkOptions('a training', spec)
  const { layer, tokens, edit, ...settings } = spec
  const { validation = [], patience = defaultPatience, seed = 0, from } = options
  if (listOf('examples', examples).length === 0)
    throw new PlimsollError('invalid-input', 'There is nothing to train on', {
      found: 'no examples',
      expected: 'at least one prompt with its target',
      fix: 'Give examples.',
    })
  checkTrainable(edit, info.width)
  if (from !== undefined) checkCheckpoint(from, edit)
  const checked = (use: 'train' | 'validate', first: number) => (example: TrainingExample, index: number) => ({
    ...checkedExample(example, first + index),
    use,
  })
  const { file, architecture, metadata, tensors } = await readHeader(info.file)
  return {
    examples: [
      ...examples.map(checked('train', 0)),
      ...listOf('validation', validation).map(checked('validate', examples.length)),
    ],
    layer: finite('layer', layer, 'the number of a layer, or −1 for the embedding', Number.isInteger),
    tokens: parseWhere({ tokens: tokens ?? { phase: 'all' } }).tokens,
    edit,
    settings: {
      epochs: positive('epochs', settings.epochs),
      batch: positive('batch', settings.batch),
      learningRate: finite('learningRate', settings.learningRate, 'a number above 0', value => value > 0),
      weightDecay: finite('weightDecay', settings.weightDecay ?? 0, 'a number from 0', isFromNothing),
      penalty: edit.kind === 'reft-r1' ? edit.penalty : 0,
      patience: positive('patience', patience),
      seed: finite('seed', seed, 'a whole number', Number.isSafeInteger),
    },
    threads: positive('threads', options.threads ?? info.engine.threads),
    source: { file, architecture, metadata, tensors },
    from,
  }
}
