/** One case at one context length, in every way, the ways taking turns so that what disturbs one disturbs the others. */
import type { LoadedModel } from '../../src/engine/llama/model.ts'
import type { Rendered } from '../../src/engine/types.ts'
import { type Median, medianOf } from '../repeat.ts'
import { type Case, fill, sequencesOf, timeDecode, timePrefill } from './cases.ts'
import { eachWatched, eachWay, visitorFor, type Watched, type Way, ways } from './ways.ts'

export interface Measured {
  readonly turns: number
  /** Of all sequences together. */
  readonly tokensPerSecond: Readonly<Record<Way, Median>>
  /** Speed as a part of `none`'s in the same turn. */
  readonly ratios: Readonly<Record<Watched, Median>>
}

/** Turns that are measured: at least so many, more for as long as a case has time. */
export interface Effort {
  readonly turns: number
  /** For one case, in all ways together. */
  readonly seconds: number
}

export function measure(model: LoadedModel, name: Case, prompt: Rendered, effort: Effort): Measured {
  const { tokens } = prompt
  const sequences = sequencesOf(name)
  const shape = { sequences, cells: tokens.length + 1, outputs: sequences }
  using watched = model.ownContext(shape, 'callback')
  using bare = model.ownContext(shape, 'no-callback')
  const visitors = eachWay(way => visitorFor(way, model.info, prompt, sequences))
  const timeOnce = (way: Way): number => {
    const context = way === 'none' ? bare : watched
    return name === 'prefill'
      ? timePrefill(context, tokens, visitors[way])
      : timeDecode(context, tokens, sequences, visitors[way])
  }
  for (const context of [watched, bare]) fill(context, tokens, sequences)
  // The first of each is slower: memory is touched for the first time, functions are not compiled yet.
  for (const way of ways) timeOnce(way)
  const seconds = eachWay((): number[] => [])
  const until = performance.now() + 1000 * effort.seconds
  // Each turn begins with another way: none has a place of its own in the order.
  for (let turn = 0; turn < effort.turns || performance.now() < until; turn++) {
    for (let i = 0; i < ways.length; i++) {
      const way = ways[(turn + i) % ways.length] ?? 'none'
      seconds[way].push(timeOnce(way))
    }
  }
  const computed = name === 'prefill' ? tokens.length : sequences
  const ratio = (way: Way) => medianOf(seconds[way].map((second, turn) => (seconds.none[turn] ?? 0) / second))
  return {
    turns: seconds.none.length,
    tokensPerSecond: eachWay(way => medianOf(seconds[way].map(second => computed / second))),
    ratios: eachWatched(ratio),
  }
}
