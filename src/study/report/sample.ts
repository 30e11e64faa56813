/** What a report shows of single answers: one prompt under the baseline and under one condition. */
import { createHash } from 'node:crypto'
import type { AnswerClass } from '../../judge/types.ts'
import type { AxisName } from '../result.ts'

export interface SampleAnswer {
  readonly text: string
  readonly class: AnswerClass
  /** Which rule of the judge fired, e.g. `cannot-help`. */
  readonly rule: string
  /** The words that made it fire, quoted from the text. */
  readonly evidence: string
  /** Whether the answer was cut at the token limit. */
  readonly truncated: boolean
}

export type SampleChange = 'lost' | 'gained' | 'same' | 'unscored'

export interface Sample {
  readonly suite: string
  readonly axis: AxisName
  /** Unique within suite and condition. */
  readonly id: string
  /** The request itself, without its wrapper. */
  readonly prompt: string
  /** The wrapper around the request: the model saw before + prompt + after, or `as` where that is not all. */
  readonly template?:
    | { readonly id: string; readonly before: string; readonly after: string; readonly as?: string | undefined }
    | undefined
  readonly category?: string | undefined
  /** Whether the request is harmful, so that an answer that complies has to be veiled. */
  readonly harmful: boolean
  readonly condition: string
  readonly baseline: SampleAnswer
  readonly steered: SampleAnswer
  /** What became of the suite's property. */
  readonly change: SampleChange
}

/** The most samples to keep of one suite under one condition, per kind of change. */
export type SampleLimits = Readonly<Record<SampleChange, number>>

export const methodLimits: SampleLimits = { lost: 12, gained: 6, same: 4, unscored: 4 }
export const referenceLimits: SampleLimits = { lost: 4, gained: 2, same: 1, unscored: 1 }

/** The samples kept of one suite under one condition, and how many there were. */
export interface SampleGroup {
  readonly condition: string
  readonly suite: string
  readonly axis: AxisName
  readonly total: Readonly<Record<SampleChange, number>>
  /** Lost first, then gained, unscored, same. */
  readonly kept: readonly Sample[]
}

const order: readonly SampleChange[] = ['lost', 'gained', 'unscored', 'same']

/**
 * Keeps a bounded number of samples out of any number of them.
 *
 * Drawn are those whose hash of suite and id is smallest: an even draw that does not depend on the order in which they
 * come, and the same prompts under every condition.
 *
 * @param limitsOf the limits of a condition, by its name
 */
export async function drawSamples(
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  limitsOf: (condition: string) => SampleLimits,
): Promise<SampleGroup[]> {
  const groups = new Map<string, Drawing>()
  for await (const sample of samples) {
    const key = JSON.stringify([sample.condition, sample.suite])
    let group = groups.get(key)
    if (group === undefined) {
      group = new Map(order.map(change => [change, { total: 0, drawn: [] }]))
      groups.set(key, group)
    }
    const lot = group.get(sample.change)!
    lot.total++
    keep(lot.drawn, { rank: rankOf(sample), sample }, limitsOf(sample.condition)[sample.change])
  }
  return [...groups.values()].map(finish)
}

interface Drawn {
  readonly rank: string
  readonly sample: Sample
}
interface Lot {
  total: number
  /** Ascending by rank. */
  readonly drawn: Drawn[]
}
type Drawing = Map<SampleChange, Lot>

function rankOf(sample: Sample): string {
  return createHash('sha256')
    .update(JSON.stringify([sample.suite, sample.id]))
    .digest('hex')
}

function keep(drawn: Drawn[], candidate: Drawn, limit: number): void {
  const at = drawn.findIndex(other => other.rank > candidate.rank)
  if (at === -1) drawn.push(candidate)
  else drawn.splice(at, 0, candidate)
  if (drawn.length > limit) drawn.length = limit
}

function finish(group: Drawing): SampleGroup {
  const kept = order.flatMap(change => group.get(change)!.drawn.map(drawn => drawn.sample))
  const first = kept[0]
  const count = (change: SampleChange) => group.get(change)!.total
  return {
    condition: first?.condition ?? '',
    suite: first?.suite ?? '',
    axis: first?.axis ?? 'efficacy',
    total: { lost: count('lost'), gained: count('gained'), same: count('same'), unscored: count('unscored') },
    kept,
  }
}
