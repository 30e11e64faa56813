/** How much of a vector lies along its model's direction of refusal, in words and as data. */
import { fingerprintOf } from '../../engine/fingerprint.ts'
import { PlimsollError } from '../../errors.ts'
import { resolveModel } from '../../models/index.ts'
import { checkModel, type Vector } from '../../steer/index.ts'
import {
  type AlongRefusal,
  alongRefusal,
  cosineByChance,
  keptRefusal,
  refusalDirection,
} from '../../study/refusal-direction.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import { openForCommand } from '../terminal/model.ts'
import type { Output } from '../terminal/output.ts'
import { createStatusLine } from '../terminal/progress.ts'
import { prose } from '../terminal/prose.ts'
import { signed } from './compare.ts'

export interface RefusalOverlap {
  readonly layers: readonly AlongRefusal[]
  /** Two random directions of this width lie within ± this, 95 times in 100. */
  readonly chance: number
  readonly data: Vector['provenance']['data']
}

/**
 * Null where the direction is not known and no model was named to fit it on.
 * @throws PlimsollError `vector-mismatch` where another model was named
 */
export async function refusalOverlap(
  vector: Vector,
  model: string | undefined,
  output: Output,
): Promise<RefusalOverlap | null> {
  const made = vector.provenance.model
  const kept = await keptRefusal(made)
  if (kept !== null && model !== undefined) await checkFile(vector, model)
  const refusal = kept ?? (model === undefined ? null : await fitted(vector, model, output))
  if (refusal === null) return null
  const { data } = refusal.provenance
  return { layers: alongRefusal(vector, refusal), chance: cosineByChance(made.width), data }
}

/** `lies 0.31 along the direction of refusal at layer 14; two random directions of this width within ±0.08` */
export function refusalInWords({ layers, chance }: RefusalOverlap): string {
  const [most] = layers.toSorted((a, b) => Math.abs(b.cosine) - Math.abs(a.cosine))
  if (most === undefined) return 'It has no direction in the residual stream that could lie along that of refusal.'
  const { cosine, layer } = most
  const way = cosine < 0 ? 'against' : 'along'
  const others = layers.length === 1 ? '' : ', of its layers the most'
  return `It lies ${Math.abs(cosine).toFixed(2)} ${way} the direction of refusal at layer ${layer}${others}; two random directions of this width within ±${chance.toFixed(2)}.`
}

/** Of every part that acts at the layer. */
export function cosinesAt({ layers }: RefusalOverlap, layer: number): string {
  return layers.flatMap(one => (one.layer === layer ? [signed(one.cosine)] : [])).join(', ')
}

async function fitted(vector: Vector, name: string, output: Output): Promise<Vector> {
  using interrupt = listenForInterrupt(output, 'Stopping.')
  const { signal } = interrupt
  await using model = await openForCommand(name, output, { signal })
  checkModel(vector, model.info)
  output.note(prose(`Fitting the direction of refusal of ${name} on the sets of the package: once, then it is kept.`))
  using status = createStatusLine(output)
  const found = await refusalDirection(model, {
    signal,
    onProgress: event => status.onProgress({ ...event, stage: 'fit', detail: 'direction of refusal' }),
  })
  status.clear()
  return found
}

/** Opening the model would take longer than all the rest. */
async function checkFile({ provenance: { model } }: Vector, name: string): Promise<void> {
  const { file } = await resolveModel(name)
  const fingerprint = await fingerprintOf(file)
  if (fingerprint === model.fingerprint) return
  throw new PlimsollError('vector-mismatch', 'The vector was fitted on another model', {
    found: `fitted on ${model.name} (${model.fingerprint.slice(0, 8)})`,
    expected: `${name} (${fingerprint.slice(0, 8)})`,
    fix: 'Name the model that it was fitted on.',
  })
}
