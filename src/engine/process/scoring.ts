/** Asks the engine process what a model expects: likelihoods, first tokens, and how far steering moves them. */
import type { RunOptions } from '../../progress.ts'
import { checkedAdapters, checkedPrompt, checkedText, checkedTokens, listOf } from '../check.ts'
import { checkOptions } from '../check-options.ts'
import { steeringCheck } from '../check-steering.ts'
import type { DivergenceItem, DivergenceOptions, Prompt, Score, ScoreItem, ScoreOptions, Steering } from '../types.ts'
import { type Asking, complete } from './asking.ts'
import type { Calls } from './protocol.ts'

export async function score(asking: Asking, items: readonly ScoreItem[], options: ScoreOptions): Promise<Score[]> {
  checkOptions('score', options)
  const checked = steeringCheck()
  const requests = listOf('items', items).map((item, index) => {
    const request = asking.first + index
    checkOptions('an item of score', item, `request ${request}`)
    return { ...textOf(item, request), steering: checked(item.steering ?? options.steering, request) }
  })
  const scores: (Score | undefined)[] = new Array(requests.length)
  const args = { requests, adapters: checkedAdapters(options.adapters) }
  await asked(asking, 'score', args, options, requests.length, event => {
    scores[event.index] = event.score
  })
  return complete(scores)
}

export async function firstToken(
  asking: Asking,
  prompts: readonly Prompt[],
  tokens: readonly number[],
  options: ScoreOptions,
): Promise<Float64Array[]> {
  checkOptions('firstToken', options)
  const checked = steeringCheck()
  const requests = listOf('prompts', prompts).map((prompt, index) => ({
    prompt: checkedPrompt(prompt, asking.first + index),
    steering: checked(options.steering, asking.first + index),
  }))
  const known = checkedTokens(tokens, asking.info.vocabulary)
  const results: (Float64Array | undefined)[] = new Array(requests.length)
  const args = { requests, tokens: known, adapters: checkedAdapters(options.adapters) }
  await asked(asking, 'firstToken', args, options, requests.length, event => {
    results[event.index] = event.logProbabilities
  })
  return complete(results)
}

export async function divergence(
  asking: Asking,
  items: readonly DivergenceItem[],
  steerings: readonly Steering[],
  options: DivergenceOptions,
): Promise<Float64Array[][]> {
  checkOptions('divergence', options)
  const checked = steeringCheck()
  const each = listOf('steerings', steerings)
  const requests = listOf('items', items).map((item, index) => {
    const request = asking.first + index
    checkOptions('an item of divergence', item, `request ${request}`)
    return { ...textOf(item, request), steerings: each.map(steering => checked(steering, request)) }
  })
  const results = requests.map((): (Float64Array | undefined)[] => new Array(each.length))
  const args = { requests, adapters: checkedAdapters(options.adapters) }
  await asked(asking, 'divergence', args, options, requests.length * each.length, event => {
    results[event.index]![event.steering] = event.divergences
  })
  return results.map(complete)
}

function textOf({ prompt, continuation }: Pick<ScoreItem, 'prompt' | 'continuation'>, request: number) {
  return {
    prompt: checkedPrompt(prompt, request),
    continuation: checkedText('continuation', continuation, `request ${request}`),
  }
}

/** Makes a call of which every event is a result, `total` in all. */
async function asked<K extends 'score' | 'firstToken' | 'divergence'>(
  { engine, first }: Asking,
  name: K,
  args: Calls[K]['arguments'],
  { signal, onProgress }: RunOptions,
  total: number,
  take: (event: Calls[K]['event']) => void,
): Promise<void> {
  let done = 0
  await engine.call(name, args, {
    signal,
    first,
    onEvent: event => {
      take(event)
      onProgress?.({ stage: 'score', done: ++done, total })
    },
  })
}
