/** `/v1/chat/completions`: the request, and its answer whole and in pieces. */
import { z } from 'zod'
import type { Generation } from '../../engine/types.ts'
import { answerStream, answerWhole } from '../generation/answer.ts'
import type { Job } from '../generation/job.ts'
import { ApiError } from '../http/api-error.ts'
import { eventStream } from '../http/event-stream.ts'
import type { Asked } from '../http/route.ts'
import type { Service } from '../service.ts'
import { resolveRequest } from '../steering/resolve.ts'
import { readCalls } from '../tool-calls/calls.ts'
import { Tool, ToolCall, ToolChoice } from '../tool-calls/schema.ts'
import { promptWith, type ToolUse, toolUse } from '../tool-calls/use.ts'
import { finishReason, Plimsoll, plimsollOf, systemFingerprint, Usage, usageOf } from './answer-parts.ts'
import { ChatLogprob, chatLogprob } from './log-probabilities.ts'
import { ChatMessage, messageOf } from './messages.ts'
import { grammarOf, ResponseFormat } from './response-format.ts'
import { generationFields, samplingOf, seedOf, stopsOf } from './sampling.ts'

export const ChatRequest = z.strictObject({
  ...generationFields,
  messages: z.array(ChatMessage).min(1).max(1000),
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  response_format: ResponseFormat.nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  tools: z.array(Tool).max(128).nullish(),
  tool_choice: ToolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish().describe('Taken and ignored.'),
  modalities: z.array(z.literal('text')).nullish(),
})
type ChatRequest = z.output<typeof ChatRequest>

const finish = z.enum(['stop', 'length', 'tool_calls'])
const logprobs = z.object({ content: z.array(ChatLogprob), refusal: z.null() }).nullable()
export const ChatAnswer = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  system_fingerprint: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().nullable(),
        refusal: z.null(),
        tool_calls: z.array(ToolCall).optional(),
      }),
      logprobs,
      finish_reason: finish,
    }),
  ),
  usage: Usage,
  plimsoll: Plimsoll,
})
export const ChatPiece = z.object({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  created: z.int(),
  model: z.string(),
  system_fingerprint: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      delta: z.object({
        role: z.literal('assistant').optional(),
        content: z.string().optional(),
        tool_calls: z.array(ToolCall.extend({ index: z.int() })).optional(),
      }),
      logprobs,
      finish_reason: finish.nullable(),
    }),
  ),
  usage: Usage.nullish(),
  plimsoll: Plimsoll.optional(),
})

export async function chat(asked: Asked<ChatRequest>, service: Service): Promise<Response> {
  const { body } = asked
  const seed = seedOf(body)
  const most = body.logprobs ? (body.top_logprobs ?? 0) : null
  if (most === null && body.top_logprobs) {
    throw new ApiError(400, 'top_logprobs: are told where "logprobs" is true', {
      param: 'top_logprobs',
      code: 'invalid_value',
      fix: 'Send "logprobs": true with it, or leave it out.',
    })
  }
  const use = toolUse(body, service.tools)
  const form = grammarOf(body.grammar, body.response_format)
  if (use !== null && form !== null) throw toolsInAnotherForm(body)
  const job: Job = {
    prompts: [promptWith(body.messages.map(messageOf), use)],
    n: body.n ?? 1,
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? null,
    maxTokensFrom: body.max_completion_tokens ? 'max_completion_tokens' : 'max_tokens',
    sampling: {
      ...samplingOf(body, seed, form ?? use?.grammar ?? null),
      ...(most !== null && { logProbabilities: most }),
    },
    stop: stopsOf(body),
    steered: resolveRequest(body.model, body.steering, service),
  }
  const head = {
    id: `chatcmpl-${crypto.randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    model: body.model,
    system_fingerprint: systemFingerprint(service.model.info),
  }
  const about = (generations: readonly Generation[]) =>
    plimsollOf(job.steered, seed, body.trace ? generations.map(({ trace }) => trace) : null)
  if (body.stream) return eventStream(pieces(job, asked, service, { head, most, use, about }), service.onError)
  const { promptTokens, generations } = await answerWhole(job, asked, service)
  const answer: z.output<typeof ChatAnswer> = {
    ...head,
    object: 'chat.completion',
    choices: await Promise.all(
      generations.map(async (generation, index) => {
        const words = said(generation, use)
        return {
          index,
          message: { role: 'assistant' as const, refusal: null, ...words },
          logprobs: most === null ? null : { content: await logprobsOf(generation, most, service), refusal: null },
          finish_reason: words.tool_calls === undefined ? finishReason(generation) : ('tool_calls' as const),
        }
      }),
    ),
    usage: usageOf(promptTokens, generations),
    plimsoll: about(generations),
  }
  return Response.json(answer)
}

/** A call could not be written in the form of the answer, so the tools would never be called. */
function toolsInAnotherForm({ grammar }: ChatRequest): ApiError {
  const param = grammar ? 'grammar' : 'response_format'
  return new ApiError(400, `tools and ${param} cannot both say what an answer is like`, {
    param,
    code: 'invalid_value',
    fix: `Leave one of them out, or send "tool_choice": "none" for an answer that calls no tool.`,
  })
}

function logprobsOf({ tokens, probabilities = [] }: Generation, most: number, { model }: Service) {
  return Promise.all(probabilities.map((probability, i) => chatLogprob(tokens[i] ?? 0, probability, most, model)))
}

/** What an answer says, and which tools it calls. */
function said({ text }: Generation, use: ToolUse | null): { content: string | null; tool_calls?: ToolCall[] } {
  if (use === null) return { content: text }
  const { content, calls } = readCalls(text, use.names)
  return calls.length === 0 ? { content } : { content, tool_calls: [...calls] }
}

interface Told {
  readonly head: Pick<z.output<typeof ChatAnswer>, 'id' | 'created' | 'model' | 'system_fingerprint'>
  readonly most: number | null
  readonly use: ToolUse | null
  readonly about: (generations: readonly Generation[]) => z.output<typeof Plimsoll>
}

async function* pieces(
  job: Job,
  asked: Asked<ChatRequest>,
  service: Service,
  { head, most, use, about }: Told,
): AsyncGenerator<z.output<typeof ChatPiece>, void, undefined> {
  const wantsUsage = asked.body.stream_options?.include_usage ?? false
  type Choice = z.output<typeof ChatPiece>['choices'][number]
  const piece = (choices: Choice[]) => ({
    ...head,
    object: 'chat.completion.chunk' as const,
    choices,
    ...(wantsUsage && { usage: null }),
  })
  const begun = new Set<number>()
  /** Of answers whose words come at their end. */
  const kept = new Map<number, z.output<typeof ChatLogprob>[]>()
  function* beginning(index: number) {
    if (begun.has(index)) return
    begun.add(index)
    yield piece([{ index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }])
  }
  for await (const event of answerStream(job, asked, service)) {
    if (event.kind === 'token') {
      const { index, token } = event
      const { id, text, probability } = token
      const logprob =
        most === null || probability === undefined ? null : await chatLogprob(id, probability, most, service.model)
      yield* beginning(index)
      // Whether it is a call is known at its end only.
      if (use !== null) {
        if (logprob !== null) {
          const told = kept.get(index) ?? []
          told.push(logprob)
          kept.set(index, told)
        }
        continue
      }
      if (text === '' && logprob === null) continue
      const logprobs = logprob === null ? null : { content: [logprob], refusal: null }
      yield piece([{ index, delta: { content: text }, logprobs, finish_reason: null }])
      continue
    }
    const { generations, promptTokens } = event
    for (const [index, generation] of generations.entries()) {
      // An answer may end with its first token, and tell none.
      yield* beginning(index)
      const { content, tool_calls: calls = [] } = use === null ? { content: null } : said(generation, use)
      const told = kept.get(index)
      const logprobs = told === undefined ? null : { content: told, refusal: null }
      if (content !== null) yield piece([{ index, delta: { content }, logprobs, finish_reason: null }])
      const delta = calls.length === 0 ? {} : { tool_calls: calls.map((call, i) => ({ index: i, ...call })) }
      const reason = calls.length === 0 ? finishReason(generation) : ('tool_calls' as const)
      const last = piece([{ index, delta, logprobs: content === null ? logprobs : null, finish_reason: reason }])
      // Without usage the last choice is all that ends a stream: clients take it that no event is without one.
      const isEnd = !wantsUsage && index === generations.length - 1
      yield isEnd ? { ...last, plimsoll: about(generations) } : last
    }
    if (wantsUsage) yield { ...piece([]), usage: usageOf(promptTokens, generations), plimsoll: about(generations) }
  }
}
