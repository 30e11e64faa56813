import { AddedVector } from './add.ts'
import { ReftR1 } from './reft-r1.ts'
import type { TrainableEdit, TrainableSpec } from './types.ts'

export type { Sequence, TrainableEdit, TrainableSpec } from './types.ts'

export function editOf(spec: TrainableSpec): TrainableEdit {
  return spec.kind === 'add' ? new AddedVector(spec.start) : new ReftR1(spec.start, spec.top)
}
