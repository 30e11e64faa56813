/** Asks the engine process for answers: all of them at the end, or one token by token. */
import { checkedAdapters, checkedPrompt, checkedTokens, listOf, oneOf, positive } from '../check.ts'
import { checkOptions } from '../check-options.ts'
import { steeringCheck } from '../check-steering.ts'
import { checkedSampling } from '../sampling/check.ts'
import type { GenerateOptions, Generation, Prompt, Request, Token, TokenProbability } from '../types.ts'
import { type Asking, complete, isRequest } from './asking.ts'
import { type Calls, fromWire } from './protocol.ts'

const defaultMaxTokens = 256
const defaultSlots = 16

export async function generate(
  { engine, info, first }: Asking,
  prompts: readonly (Prompt | Request)[],
  options: GenerateOptions,
): Promise<Generation[]> {
  checkOptions('generate', options)
  const { onToken, onProgress, signal, firstTokens } = options
  const requests = requestsOf(prompts, options, info.vocabulary, first)
  const results: (Generation | undefined)[] = new Array(prompts.length)
  const probabilities = new Map<number, TokenProbability[]>()
  const began = performance.now()
  let done = 0
  let tokens = 0
  await engine.call(
    'generate',
    {
      requests,
      slots: positive('slots', options.slots ?? defaultSlots),
      stop: listOf('stop', options.stop ?? []),
      ...(firstTokens && { firstTokens: checkedTokens(firstTokens, info.vocabulary) }),
      tokens: onToken === undefined ? 'keep' : 'tell',
      failures: oneOf('failures', options.failures ?? 'throw', ['throw', 'return']),
    },
    {
      signal,
      first,
      onEvent: event => {
        if (event.kind === 'token') return onToken?.(event.index, event.token)
        if (event.kind === 'probabilities') {
          const before = probabilities.get(event.index)
          if (before === undefined) probabilities.set(event.index, [...event.probabilities])
          else before.push(...event.probabilities)
          return
        }
        const { generation, error } = event
        const { logProbabilities } = requests[event.index]?.sampling ?? {}
        results[event.index] = {
          ...generation,
          ...(logProbabilities === undefined ? {} : { probabilities: probabilities.get(event.index) ?? [] }),
          ...(error === null ? {} : { error: fromWire(error) }),
        }
        done++
        tokens += event.generation.promptTokens + event.generation.tokens.length
        const tokensPerSecond = (1000 * tokens) / (performance.now() - began)
        onProgress?.({ stage: 'generate', done, total: prompts.length, tokensPerSecond })
      },
    },
  )
  return complete(results)
}

/** What each prompt says for itself stands before what is said for all. */
function requestsOf(
  prompts: readonly (Prompt | Request)[],
  options: GenerateOptions,
  vocabulary: number,
  first: number,
): Calls['generate']['arguments']['requests'] {
  const maxTokens = positive('maxTokens', options.maxTokens ?? defaultMaxTokens)
  const { seed } = options
  const checked = steeringCheck()
  return listOf('prompts', prompts).map((entry, index) => {
    const request = isRequest(entry) ? entry : { prompt: entry }
    checkOptions('a request', request, `request ${first + index}`)
    const sampling = checkedSampling(request.sampling ?? options.sampling ?? {}, vocabulary)
    return {
      prompt: checkedPrompt(request.prompt, first + index),
      steering: checked(request.steering ?? options.steering, first + index),
      maxTokens: positive('maxTokens', request.maxTokens ?? maxTokens),
      sampling: seed == null ? sampling : checkedSampling({ ...sampling, seed: sampling.seed ?? seed }, vocabulary),
      adapters: checkedAdapters(request.adapters ?? options.adapters),
    }
  })
}

export async function* stream(
  asking: Asking,
  prompt: Prompt,
  options: GenerateOptions,
): AsyncGenerator<Token, void, undefined> {
  const queue: Token[] = []
  let wake = () => {}
  let ended = false
  const stop = new AbortController()
  const signals = options.signal === undefined ? [stop.signal] : [stop.signal, options.signal]
  const finished = generate(asking, [prompt], {
    ...options,
    failures: 'throw',
    signal: AbortSignal.any(signals),
    onToken: (index, token) => {
      options.onToken?.(index, token)
      queue.push(token)
      wake()
    },
  }).finally(() => {
    ended = true
    wake()
  })
  // Seen below; without this, a failure before the reader asks again would count as unhandled.
  finished.catch(() => {})
  try {
    while (!ended || queue.length > 0) {
      const token = queue.shift()
      if (token !== undefined) yield token
      else if (!ended) {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    }
    await finished
  } finally {
    stop.abort()
  }
}
