/** Continuous batching: many requests share every step of decoding, each with its own steering. */
import { createSampler, type Sampler } from '../sampling/sampler.ts'
import { type ResolvedSteering, sameOnPrefix } from '../steering.ts'
import type { Generation, Rendered, Token } from '../types.ts'
import { prepareSteered } from './conditions.ts'
import type { DecodeContext } from './context.ts'
import type { LoadedModel } from './model.ts'
import { prefill } from './prefill.ts'
import { sharedPrefix } from './request.ts'
import { newSteered, type Steered } from './steered.ts'
import { SteeringVisitor } from './steering-visitor.ts'
import { AnswerText } from './text.ts'
import { TraceRecorder } from './trace.ts'

export interface GenerateRequest {
  readonly rendered: Rendered
  readonly steering: ResolvedSteering | null
  readonly maxTokens: number
}

export interface GenerateJob {
  readonly requests: readonly GenerateRequest[]
  readonly slots: number
  readonly stop: readonly string[]
  readonly onToken?: (index: number, token: Token) => void
  /** Told before a request's prompt is computed. */
  readonly onStart?: (index: number) => void
  readonly onDone: (index: number, generation: Generation) => void
}

/** What llama.cpp has room for in one context (`LLAMA_MAX_SEQ`); the sequence that holds a shared prefix is one of them. */
const mostSequences = 256
/** A shared prefix shorter than this costs more to copy than to compute again. */
const shortestSharedPrefix = 32

interface Running {
  readonly index: number
  readonly request: GenerateRequest
  readonly steered: Steered | null
  readonly text: AnswerText
  readonly sampler: Sampler
  readonly tokens: number[]
  next: number
}

/** What a run of neighbouring requests has in common; one object for the whole run. */
interface Share {
  readonly tokens: number
}

/** The prefix that is in the prefix sequence now. */
interface Prefix {
  readonly share: Share
  readonly trace: TraceRecorder
}

/** Runs a job to its end. @throws PlimsollError `cancelled`, `edit-failed` */
export function generate(model: LoadedModel, job: GenerateJob): void {
  const { requests } = job
  if (requests.length === 0) return
  const shared = sharedPrefixes(requests)
  const shares = shared.some(share => share !== null)
  const slots = Math.min(job.slots, requests.length, mostSequences - (shares ? 1 : 0))
  const prefixSequence = shares ? slots : null
  const context = model.context({
    sequences: slots + (prefixSequence === null ? 0 : 1),
    cells: Math.max(...requests.map(request => request.rendered.tokens.length + request.maxTokens)),
    outputs: slots,
  })
  const visitor = new SteeringVisitor(model.info.width)
  context.visitor = visitor
  const running: Running[] = []
  let waiting = 0
  let prefix: Prefix | null = null

  /** Computes the prompt of the next request in a sequence; null when its first token already ends the answer. */
  const admit = (sequence: number): Running | null => {
    const index = waiting++
    job.onStart?.(index)
    const request = requests[index]!
    const share = shared[index]
    const steered = prepareSteered(context, visitor, sequence, request.rendered, request.steering)
    const { tokens } = request.rendered
    if (share && prefixSequence !== null) {
      if (prefix?.share !== share) prefix = computePrefix(context, visitor, prefixSequence, request, share)
      context.copy(prefixSequence, sequence)
      steered?.trace.include(prefix.trace)
    } else {
      context.truncate(sequence, -1)
    }
    prefill(context, sequence, tokens, share?.tokens ?? 0, 'last')
    const sampler = createSampler({}, { promptTokens: tokens, index })
    const entry: Running = {
      index,
      request,
      steered,
      tokens: [],
      text: new AnswerText(model.vocabulary, job.stop),
      sampler,
      next: sampler.choose(context.logits(0)).token,
    }
    return accept(entry) ? entry : null
  }

  /** Takes the token just chosen into the answer; false when the answer is complete. */
  const accept = (entry: Running): boolean => {
    const token = entry.next
    if (model.vocabulary.isEndOfGeneration(token)) return finish(entry, 'stop')
    entry.tokens.push(token)
    entry.sampler.accept(token)
    entry.steered?.generated.push(token)
    const stopped = entry.text.push(token)
    const full = entry.tokens.length >= entry.request.maxTokens
    const text = entry.text.take(stopped || full)
    if (job.onToken !== undefined) job.onToken(entry.index, { id: token, text })
    if (stopped) return finish(entry, 'stop')
    return full ? finish(entry, 'length') : true
  }

  const finish = (entry: Running, reason: Generation['finish']): false => {
    const { rendered } = entry.request
    const rest = entry.text.take(true)
    if (rest !== '' && job.onToken !== undefined)
      job.onToken(entry.index, { id: entry.tokens.at(-1) ?? -1, text: rest })
    const trace = entry.steered?.trace.finish(rendered.tokens.length, entry.tokens.length)
    job.onDone(entry.index, {
      text: entry.text.whole,
      tokens: entry.tokens,
      finish: reason,
      rendered: rendered.text,
      promptTokens: rendered.tokens.length,
      ...(trace === undefined ? {} : { trace }),
    })
    return false
  }

  /** Fills a sequence with the next request that has something to decode. */
  const refill = (sequence: number): Running | null => {
    while (waiting < requests.length) {
      const entry = admit(sequence)
      if (entry !== null) return entry
    }
    return null
  }

  while (running.length < slots) {
    const entry = refill(running.length)
    if (entry === null) break
    running.push(entry)
  }
  while (running.length > 0) {
    context.decodeStep(
      running.map((entry, sequence) => ({
        sequence,
        position: entry.request.rendered.tokens.length + entry.tokens.length - 1,
        token: entry.next,
      })),
    )
    const ended: number[] = []
    for (const [sequence, entry] of running.entries()) {
      entry.next = entry.sampler.choose(context.logits(sequence)).token
      if (!accept(entry)) ended.push(sequence)
    }
    for (const sequence of ended) {
      const entry = refill(sequence)
      if (entry !== null) running[sequence] = entry
      else running[sequence]!.next = -1
    }
    closeGaps(running, context, visitor)
  }
}

/** Sequences in use must be neighbours, or the batch is split: the last one moves into a gap. */
function closeGaps(running: Running[], context: DecodeContext, visitor: SteeringVisitor): void {
  for (let sequence = 0; sequence < running.length; sequence++) {
    while (running.length > 0 && running.at(-1)!.next < 0) visitor.occupy(leave(running), null)
    const entry = running[sequence]
    if (entry === undefined || entry.next >= 0) continue
    const last = running.at(-1)!
    context.copy(running.length - 1, sequence)
    visitor.occupy(leave(running), null)
    running[sequence] = last
    visitor.occupy(sequence, last.steered)
  }
}

function leave(running: Running[]): number {
  running.pop()
  return running.length
}

function computePrefix(
  context: DecodeContext,
  visitor: SteeringVisitor,
  sequence: number,
  request: GenerateRequest,
  share: Share,
): Prefix {
  const steered = request.steering === null ? null : newSteered(request.steering, request.rendered)
  visitor.occupy(sequence, steered)
  context.truncate(sequence, -1)
  prefill(context, sequence, request.rendered.tokens.slice(0, share.tokens), 0, 'none')
  visitor.occupy(sequence, null)
  return { share, trace: steered?.trace ?? new TraceRecorder() }
}

/** For each request what it shares with its neighbours in a run of like prompts; null for nothing. */
function sharedPrefixes(requests: readonly GenerateRequest[]): (Share | null)[] {
  const shared = new Array<Share | null>(requests.length).fill(null)
  let start = 0
  while (start < requests.length) {
    let length = requests[start]!.rendered.tokens.length - 1
    let end = start + 1
    while (end < requests.length) {
      const next = commonLength(requests[end - 1]!, requests[end]!, length)
      // A run is not worth extending when that would cost its other members most of what they share.
      if (next < shortestSharedPrefix || (end > start + 1 && next < length / 2)) break
      length = next
      end++
    }
    if (end - start > 1) shared.fill({ tokens: length }, start, end)
    start = end
  }
  return shared
}

function commonLength(a: GenerateRequest, b: GenerateRequest, limit: number): number {
  const length = Math.min(limit, sharedPrefix(a.rendered.tokens, b.rendered.tokens), b.rendered.tokens.length - 1)
  return sameOnPrefix(a.steering, b.steering, length) ? length : 0
}
