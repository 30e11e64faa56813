/** What callers say of a training, checked before a state is read. */
import { PlimsollError } from '../errors.ts'
import { startLength } from '../gradient/edits/index.ts'
import { checkedPrompt, oneOf, positive } from './check.ts'
import { checkOptions } from './check-options.ts'
import type { Checkpoint, TrainableSpec, TrainingExample } from './training-types.ts'

/** @throws PlimsollError `invalid-input` */
export function checkTrainable(edit: TrainableSpec, width: number): void {
  const kind = oneOf('edit.kind', edit?.kind, ['add', 'reft-r1', 'loreft'])
  checkOptions(`an edit ${kind} that is trained`, edit)
  if (edit.kind === 'loreft') positive('rank', edit.rank)
  if (edit.kind === 'reft-r1') {
    positive('top', edit.top)
    finite('penalty', edit.penalty, 'a number from 0', isFromNothing)
  }
  values('start', edit.start, startLength(edit, width))
}

/** @throws PlimsollError `invalid-input` */
export function checkedExample(example: TrainingExample, index: number): TrainingExample {
  const where = `example ${index}`
  if (typeof example !== 'object' || example === null) throw noExample(example, where)
  checkOptions('an example of a training', example, where)
  if (typeof example.target !== 'string') throw noExample(example.target, where)
  return { prompt: checkedPrompt(example.prompt, index), target: example.target }
}

/** @throws PlimsollError `invalid-input` for what is no checkpoint of this edit */
export function checkCheckpoint(from: Checkpoint, edit: TrainableSpec): void {
  const { epoch, losses, validation, parameters, best, optimiser } = from ?? {}
  if (!Number.isInteger(epoch) || !Array.isArray(losses) || !Array.isArray(validation))
    throw new PlimsollError('invalid-input', 'What a training is to go on from is no checkpoint', {
      found: from === null ? 'null' : `${typeof from} with ${Object.keys(from).join(', ') || 'nothing in it'}`,
      expected: 'what onCheckpoint was given',
      fix: 'Keep checkpoints as they are, or leave `from` out.',
    })
  for (const [name, held] of [
    ['parameters', parameters],
    ['best', best],
    ['optimiser.first', optimiser?.first],
    ['optimiser.second', optimiser?.second],
  ] as const)
    values(`from.${name}`, held, edit.start.length)
}

/** @throws PlimsollError `invalid-input` */
export function finite(name: string, value: number, expected: string, fits: (value: number) => boolean): number {
  if (Number.isFinite(value) && fits(value)) return value
  throw new PlimsollError('invalid-input', `${name} is not a number that it can be`, {
    found: String(value),
    expected,
    fix: `Write ${expected} for ${name}.`,
  })
}

export const isFromNothing = (value: number) => value >= 0

function values(name: string, held: unknown, length: number): void {
  const found = faultOf(held, length)
  if (found === null) return
  throw new PlimsollError('invalid-input', `${name} is not what this training needs`, {
    found,
    expected: `a Float64Array of ${length} finite values`,
    fix: 'Start from an edit of this model, and go on only from a checkpoint of the same edit.',
  })
}

function faultOf(held: unknown, length: number): string | null {
  if (!(held instanceof Float64Array)) return typeof held
  if (held.length !== length) return `${held.length} values`
  const wrong = held.findIndex(value => !Number.isFinite(value))
  return wrong < 0 ? null : `${held[wrong]} at ${wrong}`
}

function noExample(found: unknown, where: string): PlimsollError {
  return new PlimsollError('invalid-input', 'An example of a training is none', {
    found: typeof found,
    expected: '{ prompt, target }, the target a text',
    where,
    fix: 'Give each prompt with the answer that is to become likely.',
  })
}
