import { AddedVector } from './add.ts'
import { Loreft } from './loreft.ts'
import { ReftR1 } from './reft-r1.ts'
import type { TrainableEdit, TrainableSpec } from './types.ts'

export type { Sequence, TrainableEdit, TrainableSpec } from './types.ts'

/** @throws PlimsollError `invalid-input` for a start that cannot be one */
export function editOf(spec: TrainableSpec): TrainableEdit {
  switch (spec.kind) {
    case 'add':
      return new AddedVector(spec.start)
    case 'reft-r1':
      return new ReftR1(spec.start, spec.top)
    case 'loreft':
      return new Loreft(spec.start, spec.rank)
  }
}

/** Values that an edit of states of this width starts from. */
export function startLength(spec: TrainableSpec, width: number): number {
  return spec.kind === 'loreft' ? spec.rank * (2 * width + 1) : width
}
