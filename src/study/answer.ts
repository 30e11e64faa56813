/** Asks a model the items of one chunk, from a clean cache, in one call. */
import type { Model, Prompt, ScoreItem, Steering } from '../engine/types.ts'
import type { AnswerItem, ChoiceItem, Item, ProseItem } from '../measure/suites/index.ts'
import type { AnswerRecord } from '../store/index.ts'
import { chat, promptOf } from './chat.ts'

export interface Asking {
  readonly model: Model
  readonly steering: Steering
  readonly system: string | null
  readonly slots: number
  readonly maxTokens: number
  /** Tokens whose log-probability as the first of an answer in words is wanted as well. */
  readonly firstTokens: readonly number[]
  /** Text of a prompt as the model sees it. */
  readonly render: (prompt: Prompt) => Promise<string>
}

export interface Asked {
  /** In the order of the items. */
  readonly records: readonly AnswerRecord[]
  /** Log-probabilities of `firstTokens`, by the position of the record; only of answers in words. */
  readonly firstTokens: ReadonlyMap<number, Float64Array>
}

export async function answerItems(items: readonly Item[], asking: Asking): Promise<Asked> {
  const found = new Map<Item, Answered[number]>()
  for (const kind of [answer, chooseByToken, chooseByText, predict])
    for (const one of await kind(items, asking)) found.set(one[0], one)
  const inOrder = items.flatMap(item => {
    const one = found.get(item)
    return one === undefined ? [] : [one]
  })
  return {
    records: inOrder.map(([, record]) => record),
    firstTokens: new Map(inOrder.flatMap(([, , first], i) => (first === undefined ? [] : [[i, first] as const]))),
  }
}

type Answered = readonly (readonly [Item, AnswerRecord, firstTokens?: Float64Array | undefined])[]

async function answer(
  items: readonly Item[],
  { model, steering, system, slots, maxTokens, firstTokens }: Asking,
): Promise<Answered> {
  const asked = items.filter((item): item is AnswerItem => item.kind === 'answer')
  if (asked.length === 0) return []
  const prompts = asked.map(item => promptOf(item, system))
  const generations = await model.generate(prompts, {
    steering,
    slots,
    maxTokens,
    ...(firstTokens.length > 0 && { firstTokens }),
  })
  return asked.flatMap((item, i) => {
    const generation = generations[i]
    if (generation === undefined) return []
    // A request that fails ends the call: `failures` was not asked to be returned.
    if (generation.finish === 'failed') throw generation.error
    const { text, tokens, rendered, promptTokens, trace = null } = generation
    const { sample, clusters } = item
    return [
      [
        item,
        {
          sample,
          clusters,
          rendered,
          answer: text,
          finish: generation.finish,
          promptTokens,
          tokens,
          trace,
          likelihoods: null,
        },
        generation.firstTokens,
      ],
    ]
  })
}

/** One pass over the prompt tells the log-probability of each letter. */
async function chooseByToken(items: readonly Item[], asking: Asking): Promise<Answered> {
  const { model, steering, system } = asking
  const asked = items.filter((item): item is ChoiceItem => item.kind === 'choice' && item.by === 'token')
  if (asked.length === 0) return []
  const letters = [...new Set(asked.flatMap(item => item.continuations))]
  const tokens = []
  for (const letter of letters) {
    const [token, ...more] = await model.tokenize(letter)
    if (token === undefined || more.length > 0) return chooseByText(items, asking, 'token')
    tokens.push(token)
  }
  const found = await model.firstToken(
    asked.map(item => chat(item.request, system)),
    tokens,
    { steering },
  )
  const records = []
  for (const [i, item] of asked.entries()) {
    const likelihoods = item.continuations.map(letter => {
      return { logLikelihood: found[i]?.[letters.indexOf(letter)] ?? Number.NEGATIVE_INFINITY, tokens: 1 }
    })
    records.push([item, await scored(item, likelihoods, asking)] as const)
  }
  return records
}

async function chooseByText(items: readonly Item[], asking: Asking, by: ChoiceItem['by'] = 'text'): Promise<Answered> {
  const { model, steering, system } = asking
  const asked = items.filter((item): item is ChoiceItem => item.kind === 'choice' && item.by === by)
  if (asked.length === 0) return []
  const candidates = asked.flatMap(item =>
    item.continuations.map((continuation): ScoreItem => ({ prompt: chat(item.request, system), continuation })),
  )
  const scores = await model.score(candidates, { steering })
  const records = []
  let next = 0
  for (const item of asked) {
    const own = scores.slice(next, next + item.continuations.length)
    next += item.continuations.length
    const likelihoods = own.map(({ logLikelihood, tokens }) => ({ logLikelihood, tokens }))
    records.push([item, await scored(item, likelihoods, asking)] as const)
  }
  return records
}

async function predict(items: readonly Item[], { model, steering }: Asking): Promise<Answered> {
  const asked = items.filter((item): item is ProseItem => item.kind === 'prose')
  if (asked.length === 0) return []
  const scores = await model.score(
    asked.map(item => ({ prompt: { raw: item.text }, continuation: '' })),
    { steering },
  )
  return asked.map((item, i) => {
    const { logLikelihood = Number.NEGATIVE_INFINITY, tokens = 0 } = scores[i] ?? {}
    return [item, record(item, { rendered: item.text, answer: '', likelihoods: [{ logLikelihood, tokens }] })]
  })
}

type Likelihoods = NonNullable<AnswerRecord['likelihoods']>

/** The choice whose mean log-likelihood per token is highest; the first of equals. */
export function bestChoice(likelihoods: Likelihoods): number {
  const means = likelihoods.map(({ logLikelihood, tokens }) => logLikelihood / Math.max(1, tokens))
  return means.indexOf(Math.max(...means))
}

async function scored(item: ChoiceItem, likelihoods: Likelihoods, asking: Asking): Promise<AnswerRecord> {
  const rendered = await asking.render(chat(item.request, asking.system))
  return record(item, { rendered, answer: item.continuations[bestChoice(likelihoods)] ?? '', likelihoods })
}

function record(
  { sample, clusters }: Item,
  rest: Pick<AnswerRecord, 'rendered' | 'answer' | 'likelihoods'>,
): AnswerRecord {
  return { sample, clusters, ...rest, finish: null, promptTokens: 0, tokens: [], trace: null }
}
