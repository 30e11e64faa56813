/** `/v1/completions`: text that no chat template touches, and what follows it. */
import { z } from 'zod'
import type { Generation } from '../../engine/types.ts'
import { answerStream, answerWhole } from '../generation/answer.ts'
import type { Job } from '../generation/job.ts'
import { eventStream } from '../http/event-stream.ts'
import type { Asked } from '../http/route.ts'
import type { Service } from '../service.ts'
import { resolveRequest } from '../steering/resolve.ts'
import { finishReason, Plimsoll, plimsollOf, systemFingerprint, Usage, usageOf } from './answer-parts.ts'
import { TextLogprobs, textLogprobs } from './log-probabilities.ts'
import { generationFields, samplingOf, seedOf, stopsOf } from './sampling.ts'

const prompt = z.string('text, or a list of texts: tokens by number are not taken').min(1)

export const CompletionRequest = z.strictObject({
  ...generationFields,
  prompt: z.union([prompt, z.array(prompt).min(1).max(64)]),
  logprobs: z.int().min(0).max(20).nullish(),
  echo: z.literal(false, 'the prompt is not repeated here').nullish(),
  best_of: z.literal(1, 'only 1 is taken: use n').nullish(),
  suffix: z.null('no text can be filled in here').optional(),
})
type CompletionRequest = z.output<typeof CompletionRequest>

const choice = {
  index: z.int(),
  text: z.string(),
  logprobs: TextLogprobs.nullable(),
  finish_reason: z.enum(['stop', 'length']).nullable(),
}
const head = {
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.int(),
  model: z.string(),
  system_fingerprint: z.string(),
  choices: z.array(z.object(choice)),
}
export const CompletionAnswer = z.object({ ...head, usage: Usage, plimsoll: Plimsoll })
export const CompletionPiece = z.object({ ...head, usage: Usage.nullish(), plimsoll: Plimsoll.optional() })

export async function complete(asked: Asked<CompletionRequest>, service: Service): Promise<Response> {
  const { body } = asked
  const seed = seedOf(body)
  const most = body.logprobs ?? null
  const job: Job = {
    prompts: (typeof body.prompt === 'string' ? [body.prompt] : body.prompt).map(raw => ({ raw })),
    n: body.n ?? 1,
    maxTokens: body.max_tokens ?? null,
    sampling: { ...samplingOf(body, seed, body.grammar ?? null), ...(most !== null && { logProbabilities: most }) },
    stop: stopsOf(body),
    steered: resolveRequest(body.model, body.steering, service),
  }
  const told: Told = {
    head: {
      id: `cmpl-${crypto.randomUUID()}`,
      object: 'text_completion',
      created: Math.floor(Date.now() / 1000),
      model: body.model,
      system_fingerprint: systemFingerprint(service.model.info),
    },
    most,
    about: generations => plimsollOf(job.steered, seed, body.trace ? generations.map(({ trace }) => trace) : null),
  }
  if (body.stream) return eventStream(pieces(job, asked, service, told), service.onError)
  const { promptTokens, generations } = await answerWhole(job, asked, service)
  const answer: z.output<typeof CompletionAnswer> = {
    ...told.head,
    choices: await Promise.all(
      generations.map(async (generation, index) => ({
        index,
        text: generation.text,
        logprobs: most === null ? null : await logprobsOf(generation, most, service),
        finish_reason: finishReason(generation),
      })),
    ),
    usage: usageOf(promptTokens, generations),
    plimsoll: told.about(generations),
  }
  return Response.json(answer)
}

function logprobsOf({ tokens, probabilities = [] }: Generation, most: number, { model }: Service) {
  return textLogprobs(tokens.slice(0, probabilities.length), probabilities, most, 0, model)
}

interface Told {
  readonly head: Omit<z.output<typeof CompletionAnswer>, 'choices' | 'usage' | 'plimsoll'>
  readonly most: number | null
  readonly about: (generations: readonly Generation[]) => z.output<typeof Plimsoll>
}

async function* pieces(
  job: Job,
  asked: Asked<CompletionRequest>,
  service: Service,
  { head, most, about }: Told,
): AsyncGenerator<z.output<typeof CompletionPiece>, void, undefined> {
  const wantsUsage = asked.body.stream_options?.include_usage ?? false
  const piece = (choices: z.output<typeof CompletionPiece>['choices']) => ({
    ...head,
    choices,
    ...(wantsUsage && { usage: null }),
  })
  /** Characters of each choice that were told. */
  const offsets = new Map<number, number>()
  for await (const event of answerStream(job, asked, service)) {
    if (event.kind === 'token') {
      const { index, token } = event
      const { id, text, probability } = token
      const offset = offsets.get(index) ?? 0
      offsets.set(index, offset + text.length)
      if (text === '' && (most === null || probability === undefined)) continue
      const logprobs =
        most === null || probability === undefined
          ? null
          : await textLogprobs([id], [probability], most, offset, service.model)
      yield piece([{ index, text, logprobs, finish_reason: null }])
      continue
    }
    const { generations, promptTokens } = event
    for (const [index, generation] of generations.entries()) {
      const last = piece([{ index, text: '', logprobs: null, finish_reason: finishReason(generation) }])
      // As in a chat: no event is without a choice, but for that of the usage.
      const isEnd = !wantsUsage && index === generations.length - 1
      yield isEnd ? { ...last, plimsoll: about(generations) } : last
    }
    if (wantsUsage) yield { ...piece([]), usage: usageOf(promptTokens, generations), plimsoll: about(generations) }
  }
}
