/** Asks a model the items of one chunk, from a clean cache, in one call. */
import type { Generation, Model, Prompt, ScoreItem, Steering } from '../engine/types.ts'
import type { AnswerItem, ChoiceItem, Item, ProblemItem, ProseItem } from '../measure/suites/index.ts'
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
  for (const kind of [answer, solve, chooseByToken, chooseByText, predict])
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
  const requests = asked.map((item, i) => {
    const prompt = promptOf(item, system)
    // The engine adds a request's place in its call; where a row stands in its chunk should not matter.
    return item.draw === undefined ? prompt : { prompt, sampling: { temperature: 1, seed: item.draw.seed - i } }
  })
  const generations = await model.generate(requests, {
    steering,
    slots,
    maxTokens,
    ...(firstTokens.length > 0 && { firstTokens }),
  })
  return asked.flatMap((item, i) => {
    const generation = generations[i]
    return generation === undefined ? [] : [[item, written(item, generation), generation.firstTokens]]
  })
}

/** Problems end where their suite says. */
async function solve(items: readonly Item[], { model, steering, system, slots }: Asking): Promise<Answered> {
  const asked = items.filter((item): item is ProblemItem => item.kind === 'problem')
  const alike = Map.groupBy(asked, ({ stop }) => JSON.stringify(stop))
  const all: [Item, AnswerRecord][] = []
  for (const group of alike.values()) {
    const requests = group.map(item => ({ prompt: promptOf(item, system), maxTokens: item.maxTokens }))
    const generations = await model.generate(requests, { steering, slots, stop: group[0]?.stop })
    for (const [i, generation] of generations.entries()) {
      const item = group[i]
      if (item !== undefined) all.push([item, written(item, generation)])
    }
  }
  return all
}

/** What the model wrote. A request that fails ends the call: `failures` was not asked to be returned. */
function written({ sample, clusters }: Item, generation: Generation): AnswerRecord {
  if (generation.finish === 'failed') throw generation.error
  const { text, tokens, rendered, promptTokens, trace = null, finish } = generation
  return { sample, clusters, rendered, answer: text, finish, promptTokens, tokens, trace, likelihoods: null }
}

/** One pass over the prompt tells the log-probability of each letter. */
async function chooseByToken(items: readonly Item[], asking: Asking): Promise<Answered> {
  const { model, steering, system } = asking
  const all = items.filter((item): item is ChoiceItem => item.kind === 'choice' && item.by === 'token')
  const answered: Answered[number][] = []
  for (const asked of Map.groupBy(all, ({ raw }) => raw).values()) {
    const before = asked[0]?.raw ? await spaceBefore(model) : ''
    const letters = [...new Set(asked.flatMap(item => item.continuations))]
    const tokens = await Promise.all(letters.map(letter => model.tokenize(`${before}${letter}`)))
    if (tokens.some(({ length }) => length !== 1)) {
      answered.push(...(await chooseByText(asked, asking, 'token')))
      continue
    }
    const prompts = asked.map(item => promptOf(item, system))
    const found = await model.firstToken(prompts, tokens.flat(), { steering })
    for (const [i, item] of asked.entries()) {
      const likelihoods = item.continuations.map(letter => {
        return { logLikelihood: found[i]?.[letters.indexOf(letter)] ?? Number.NEGATIVE_INFINITY, tokens: 1 }
      })
      answered.push([item, await scored(item, likelihoods, asking)])
    }
  }
  return answered
}

async function chooseByText(items: readonly Item[], asking: Asking, by?: 'token'): Promise<Answered> {
  const { model, steering, system } = asking
  const asked = items.filter(
    (item): item is ChoiceItem => item.kind === 'choice' && (item.by === 'token') === (by === 'token'),
  )
  if (asked.length === 0) return []
  const space = asked.some(({ raw }) => raw) ? await spaceBefore(model) : ''
  const candidates = asked.flatMap(item =>
    item.continuations.map((continuation): ScoreItem => {
      return { prompt: promptOf(item, system), continuation: `${item.raw ? space : ''}${continuation}` }
    }),
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

/**
 * What has to stand before text that goes on behind a space, so that its tokens by itself are those that it has there:
 * nothing for a tokenizer that puts a space before every text.
 */
async function spaceBefore(model: Pick<Model, 'tokenize'>): Promise<'' | ' '> {
  const [whole, head, bare] = await Promise.all(['Answer: A', 'Answer:', 'A'].map(text => model.tokenize(text)))
  const after = whole?.slice(head?.length)
  return after !== undefined && after.join() === bare?.join() ? '' : ' '
}

async function predict(items: readonly Item[], { model, steering, system, render }: Asking): Promise<Answered> {
  const asked = items.filter((item): item is ProseItem => item.kind === 'prose')
  if (asked.length === 0) return []
  const scores = await model.score(
    asked.map(({ text, answerTo }): ScoreItem => {
      return answerTo === undefined
        ? { prompt: { raw: text }, continuation: '' }
        : { prompt: chat(answerTo, system), continuation: text }
    }),
    { steering },
  )
  const answered: Answered[number][] = []
  for (const [i, item] of asked.entries()) {
    const { logLikelihood = Number.NEGATIVE_INFINITY, tokens = 0 } = scores[i] ?? {}
    const before = item.answerTo === undefined ? '' : await render(chat(item.answerTo, system))
    const rendered = `${before}${item.text}`
    answered.push([item, record(item, { rendered, answer: '', likelihoods: [{ logLikelihood, tokens }] })])
  }
  return answered
}

type Likelihoods = NonNullable<AnswerRecord['likelihoods']>

/** The choice that is liked best by what the item compares; the first of equals. */
export function bestChoice(item: ChoiceItem, likelihoods: Likelihoods): number {
  const scores = choiceScores(item, likelihoods)
  return scores.indexOf(Math.max(...scores))
}

/** Of each choice, what is compared: nats, by token or by character where the item says so. */
export function choiceScores({ by, continuations }: ChoiceItem, likelihoods: Likelihoods): number[] {
  return likelihoods.map(({ logLikelihood, tokens }, i) => {
    return logLikelihood / Math.max(1, by === 'characters' ? [...(continuations[i] ?? '')].length : tokens)
  })
}

async function scored(item: ChoiceItem, likelihoods: Likelihoods, asking: Asking): Promise<AnswerRecord> {
  const rendered = await asking.render(promptOf(item, asking.system))
  return record(item, { rendered, answer: item.continuations[bestChoice(item, likelihoods)] ?? '', likelihoods })
}

function record(
  { sample, clusters }: Item,
  rest: Pick<AnswerRecord, 'rendered' | 'answer' | 'likelihoods'>,
): AnswerRecord {
  return { sample, clusters, ...rest, finish: null, promptTokens: 0, tokens: [], trace: null }
}
