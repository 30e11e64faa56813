/**
 * The reference model: everything the `Model` interface promises, one token of one prompt at a time and in double
 * precision. Right and readable; slow.
 */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Template } from '@huggingface/jinja'
import { checkedSampling } from '../../src/engine/sampling/check.ts'
import { selectedPositions, selectTokens } from '../../src/engine/select.ts'
import { placesOf } from '../../src/engine/sites.ts'
import type { TokenLayout } from '../../src/engine/token-layout.ts'
import type {
  Capture,
  CaptureItem,
  GenerateOptions,
  Generation,
  Message,
  Model,
  Prompt,
  Rendered,
  Request,
  Score,
  Span,
  Steering,
  Token,
  TokenProbability,
  Trace,
} from '../../src/engine/types.ts'
import { parseWhere, type Site } from '../../src/engine/where.ts'
import { PlimsollError } from '../../src/errors.ts'
import { argmax, logProbabilities } from './arithmetic.ts'
import { decide } from './conditions.ts'
import { readModelFile } from './file.ts'
import { ReferenceSampler } from './sampling.ts'
import { sitesOf } from './sites.ts'
import { Steered } from './steering.ts'
import { createTokenizer } from './tokenizer.ts'
import { type AtPlace, forward, Sequence, type TransformerOptions } from './transformer.ts'
import type { Weights } from './weights.ts'
import { Writer } from './writer.ts'

/** The interface, and what lies below it: tokens and logits. */
export interface ReferenceModel extends Model {
  readonly weights: Weights
  /**
   * Logits at every position of a prompt followed by tokens that count as generated, edited as the engine would have.
   * `trace` counts every token, the last included.
   */
  replay(
    prompt: Rendered,
    generated: readonly number[],
    steering?: Steering,
  ): { readonly logits: Float64Array[]; readonly trace: Trace }
}

/** @throws PlimsollError `not-found`, `model-invalid`, `model-unsupported` */
export async function openReference(file: string): Promise<ReferenceModel> {
  const { weights, metadata, parameters, bytes } = await readModelFile(file)
  const tokenizer = createTokenizer(metadata)
  const pieces = metadata['tokenizer.ggml.tokens']
  const bos = metadata['tokenizer.ggml.bos_token_id']
  const eos = metadata['tokenizer.ggml.eos_token_id']
  const endings = new Set([eos, metadata['tokenizer.ggml.eot_token_id']])
  const source = metadata['tokenizer.chat_template']
  const template = source === undefined ? undefined : new Template(source)
  const described = { sites: sitesOf(weights), layers: weights.blocks.length }

  function chat(messages: readonly Message[]): string {
    if (template === undefined) {
      throw new PlimsollError('template-failed', 'The model has no chat template.', {
        fix: 'Use an instruct model, or give a raw prompt.',
      })
    }
    return template.render({
      messages: messages.map(message => ({ ...message })),
      add_generation_prompt: true,
      bos_token: pieces[bos],
      eos_token: pieces[eos],
    })
  }

  function render(prompt: Prompt): Rendered {
    if (typeof prompt === 'string') return render([{ role: 'user', content: prompt }])
    if ('tools' in prompt) throw new PlimsollError('template-failed', 'The reference transformer knows no tools.')
    const messages = 'raw' in prompt ? null : 'messages' in prompt ? prompt.messages : prompt
    const prefill = 'prefill' in prompt ? prompt.prefill : ''
    const text = 'raw' in prompt ? prompt.raw : chat(messages ?? []) + prefill
    const encoded = tokenizer.encode(text, 'parse')
    const addBos = metadata['tokenizer.ggml.add_bos_token'] && encoded[0] !== bos
    const tokens = addBos ? [bos, ...encoded] : encoded
    const parts = messages === null ? [] : partsOf(messages, prefill, text, tokens, addBos)
    const suffix = messages === null ? [] : tokenizer.encode(templateSuffix(messages), 'parse')
    const end = prefill === '' ? tokens.length : (parts.at(-1)?.start ?? tokens.length)
    return {
      text,
      tokens,
      templateSuffix: [end - suffix.length, end],
      parts,
      thinking: null,
      startsWithBos: tokens[0] === bos,
    }
  }

  /** Contents stand in the text in their order, each behind the mark of its role; the suffix follows the last one. */
  function partsOf(
    messages: readonly Message[],
    prefill: string,
    text: string,
    tokens: readonly number[],
    addBos: boolean,
  ): Span[] {
    const before = (character: number) => {
      const encoded = tokenizer.encode(text.slice(0, character), 'parse')
      const head = addBos ? [bos, ...encoded] : encoded
      return head.findIndex((token, i) => token !== tokens[i]) < 0
        ? head.length
        : head.findIndex((token, i) => token !== tokens[i])
    }
    let at = 0
    const spans = messages.map(({ role, content }): Span => {
      const start = text.indexOf(`<|${role}|>\n`, at) + `<|${role}|>\n`.length
      at = start + content.length
      const part = role === 'assistant' ? 'answer' : role
      return { part, start: before(start), end: before(at) }
    })
    const end = before(text.length - prefill.length)
    const suffix = { part: 'template-suffix', start: before(at), end } as const
    const begun = { part: 'answer', start: end, end: tokens.length } as const
    return [...spans, suffix, begun].filter(({ start, end }) => start < end)
  }

  /** A rendered prompt that fits the context. */
  function fitting(prompt: Prompt): Rendered {
    const rendered = render(prompt)
    if (rendered.tokens.length > weights.contextLength) {
      throw new PlimsollError('prompt-too-long', 'The prompt is longer than the context.', {
        found: `${rendered.tokens.length} tokens`,
        expected: `at most ${weights.contextLength}`,
      })
    }
    return rendered
  }

  /** What the template writes after the last instruction, whatever that is. */
  function templateSuffix(messages: readonly Message[]): string {
    const mark = '\u{1F6A2}'
    const marked = chat(
      messages.map((message, i) => (i === messages.length - 1 ? { ...message, content: mark } : message)),
    )
    return marked.slice(marked.lastIndexOf(mark) + mark.length)
  }

  function steer(steering: Steering | undefined, prompt: Rendered, generates: boolean): Steered | undefined {
    if (steering === undefined || steering.length === 0) return undefined
    const layout = layoutOf(prompt, generates)
    return new Steered(steering, described, layout, decide(steering, weights, described, prompt.tokens, layout))
  }

  const textOf = (token: number) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(tokenizer.bytes(token))

  /** Yields each token as soon as its text is certain. */
  async function* decode(
    { prompt, steering, maxTokens, sampling: own }: Request,
    options: GenerateOptions,
    index: number,
  ): AsyncGenerator<Token, Generation> {
    const told = checkedSampling(own ?? options.sampling ?? {}, pieces.length)
    const sampling = checkedSampling({ ...told, seed: told.seed ?? options.seed }, pieces.length)
    const limit = maxTokens ?? options.maxTokens ?? 256
    const rendered = fitting(prompt)
    const steered = steer(steering ?? options.steering, rendered, limit > 1)
    const sequence = new Sequence(weights, edits(steered))
    const writer = new Writer(options.stop ?? [])
    const sampler = new ReferenceSampler(sampling, rendered.tokens, index, textOf)
    const tokens: number[] = []
    const probabilities: TokenProbability[] = []
    let finish: Generation['finish'] = 'length'
    let logits = readAll(sequence, rendered.tokens)
    const { firstTokens } = options
    const before = logProbabilities(logits)
    while (tokens.length < limit) {
      await setImmediate()
      throwIfCancelled(options.signal)
      const { token: id, probability } = sampler.choose(logits)
      if (endings.has(id)) {
        finish = 'stop'
        const rest = writer.end()
        if (rest !== '') yield { id, text: rest }
        break
      }
      tokens.push(id)
      sampler.accept(id)
      if (probability !== undefined) probabilities.push(probability)
      const text = writer.push(tokenizer.bytes(id))
      const isLast = writer.stopped || tokens.length === limit || sequence.length === weights.contextLength
      yield { id, text: isLast ? text + writer.end() : text, ...(probability && { probability }) }
      if (writer.stopped) finish = 'stop'
      if (isLast) break
      logits = sequence.append(id)
    }
    return {
      text: writer.text,
      tokens,
      finish,
      ...(sampling.logProbabilities !== undefined && { probabilities }),
      ...(firstTokens && { firstTokens: Float64Array.from(firstTokens, token => before[token]!) }),
      rendered: rendered.text,
      promptTokens: rendered.tokens.length,
      ...(steered && {
        trace: {
          layers: steered.layers,
          ...(steered.gates.length > 0 && { gates: steered.gates }),
          promptTokens: rendered.tokens.length,
          generatedTokens: tokens.length,
        },
      }),
    }
  }

  return {
    weights,
    info: {
      name: basename(file, '.gguf'),
      file,
      architecture: metadata['general.architecture'],
      layers: weights.blocks.length,
      width: weights.width,
      heads: weights.heads,
      vocabulary: pieces.length,
      contextLength: weights.contextLength,
      parameters,
      bytes: bytes.length,
      quantisation: 'F32',
      fingerprint: createHash('sha256').update(bytes).digest('hex'),
      metadata: 'reference',
      hasChatTemplate: template !== undefined,
      sites: described.sites,
      engine: {
        implementation: 'reference',
        release: '1',
        cpu: 'any',
        threads: 1,
        engines: 1,
        cache: 'f32',
        flashAttention: 'off',
        device: 'cpu',
      },
    },

    async tokenize(text, options) {
      return tokenizer.encode(text, options?.special ?? 'plain')
    },

    async detokenize(tokens) {
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(tokens.map(tokenizer.bytes)))
    },

    async render(prompt) {
      return render(prompt)
    },

    async generate(prompts, options = {}) {
      const generations: Generation[] = []
      for (const [index, prompt] of prompts.entries()) {
        const decoding = decode(isRequest(prompt) ? prompt : { prompt }, options, index)
        let step = await decoding.next()
        while (!step.done) {
          options.onToken?.(index, step.value)
          step = await decoding.next()
        }
        generations.push(step.value)
        options.onProgress?.({ stage: 'generate', done: index + 1, total: prompts.length })
      }
      return generations
    },

    async *stream(prompt, options = {}) {
      for await (const token of decode({ prompt }, options, 0)) {
        options.onToken?.(0, token)
        yield token
      }
    },

    async capture(prompts, written, options = {}): Promise<Capture> {
      const where = parseWhere(written)
      const { site, layers, width, heads } = placesOf(where, described)
      const { reduce = 'mean' } = options
      const positions: number[][] = []
      const read: Float32Array[][] = []
      for (const item of prompts) {
        const prompt = isItem(item) ? item.prompt : item
        throwIfCancelled(options.signal)
        const rendered = fitting(prompt)
        const continuation = isItem(item) ? tokenizer.encode(item.continuation ?? '', 'plain') : []
        const own = (isItem(item) ? item.steering : undefined) ?? options.steering
        const tokens = [...rendered.tokens, ...continuation]
        const selection = selectTokens(where.tokens, layoutOf(rendered, continuation.length > 0))
        const selected = selectedPositions(selection, tokens.length)
        const stateAt = states(weights, tokens, site, edits(steer(own, rendered, continuation.length > 0)))
        const chosen = (layer: number, position: number) => {
          const state = stateAt(layer, position)
          return Float64Array.from(heads.flatMap(head => [...state.slice(head * width, (head + 1) * width)]))
        }
        positions.push(selected)
        read.push(
          layers.map(layer =>
            reduced(
              selected.map(position => chosen(layer, position)),
              reduce,
            ),
          ),
        )
      }
      return { site, layers, width: width * heads.length, states: read, positions }
    },

    async score(items, options = {}): Promise<Score[]> {
      return items.map(item => {
        throwIfCancelled(options.signal)
        const prompt = fitting(item.prompt)
        const continuation = tokenizer.encode(item.continuation, 'plain')
        const steered = steer(item.steering ?? options.steering, prompt, continuation.length > 1)
        const tokens = [...prompt.tokens, ...continuation]
        const first = continuation.length === 0 ? 1 : prompt.tokens.length
        // Nothing follows the last token: it is scored, and never read.
        const logits = forward(weights, tokens.slice(0, -1), edits(steered))
        const scored = tokens.slice(first).map((token, i) => {
          const row = logits[first + i - 1]!
          return { logProbability: logProbabilities(row)[token]!, greedy: argmax(row) === token }
        })
        return {
          logLikelihood: scored.reduce((sum, { logProbability }) => sum + logProbability, 0),
          tokens: scored.length,
          greedy: scored.every(({ greedy }) => greedy),
        }
      })
    },

    async firstToken(prompts, tokens, options = {}) {
      return prompts.map(prompt => {
        throwIfCancelled(options.signal)
        const rendered = fitting(prompt)
        const steered = steer(options.steering, rendered, false)
        const all = logProbabilities(readAll(new Sequence(weights, edits(steered)), rendered.tokens))
        return Float64Array.from(tokens, token => all[token]!)
      })
    },

    async divergence(items, steerings, options = {}) {
      return items.map(item => {
        const prompt = fitting(item.prompt)
        const continuation = tokenizer.encode(item.continuation, 'plain')
        const tokens = [...prompt.tokens, ...continuation]
        const first = continuation.length === 0 ? 1 : prompt.tokens.length
        const expected = (steering: Steering) => {
          throwIfCancelled(options.signal)
          const logits = forward(weights, tokens.slice(0, -1), edits(steer(steering, prompt, continuation.length > 0)))
          return logits.slice(first - 1).map(logProbabilities)
        }
        const plain = expected([])
        return steerings.map(steering =>
          Float64Array.from(expected(steering), (after, i) =>
            plain[i]!.reduce((sum, logP, token) => sum + Math.exp(logP) * (logP - after[token]!), 0),
          ),
        )
      })
    },

    train() {
      return Promise.reject(
        new PlimsollError('model-unsupported', 'The reference does not train', {
          fix: 'Train through llama.cpp: finite differences are its oracle.',
        }),
      )
    },

    replay(prompt, generated, steering) {
      const steered = steer(steering, prompt, generated.length > 0)
      const logits = forward(weights, [...prompt.tokens, ...generated], edits(steered))
      return {
        logits,
        trace: {
          layers: steered?.layers ?? [],
          promptTokens: prompt.tokens.length,
          generatedTokens: generated.length,
        },
      }
    },

    async [Symbol.asyncDispose]() {},
  }
}

function layoutOf({ tokens, templateSuffix, parts, startsWithBos }: Rendered, generates: boolean): TokenLayout {
  return { promptTokens: tokens.length, templateSuffix, parts, startsWithBos, generates }
}

function readAll(sequence: Sequence, tokens: readonly number[]): Float64Array {
  let logits: Float64Array = new Float64Array()
  for (const token of tokens) logits = sequence.append(token)
  return logits
}

/** The states of a text at one site, after the edits. */
function states(
  weights: Weights,
  tokens: readonly number[],
  site: Site,
  { atPlace = () => {} }: TransformerOptions,
): (layer: number, position: number) => Float64Array {
  const rows = new Map<string, Float64Array>()
  const reading: AtPlace = (at, layer, position, state) => {
    atPlace(at, layer, position, state)
    if (at === site) rows.set(`${layer} ${position}`, state.slice())
  }
  forward(weights, tokens, { atPlace: reading })
  return (layer, position) => rows.get(`${layer} ${position}`)!
}

function edits(steered: Steered | undefined): TransformerOptions {
  return steered === undefined ? {} : { atPlace: steered.atPlace }
}

function isItem(item: Prompt | CaptureItem): item is CaptureItem {
  return typeof item === 'object' && 'prompt' in item
}

function reduced(rows: readonly Float64Array[], reduce: 'none' | 'mean' | 'last'): Float32Array {
  if (reduce === 'none') return Float32Array.from(rows.flatMap(row => [...row]))
  if (reduce === 'last') return Float32Array.from(rows.at(-1)!)
  return Float32Array.from(rows[0]!, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)
}

function isRequest(prompt: Prompt | Request): prompt is Request {
  return typeof prompt === 'object' && 'prompt' in prompt
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new PlimsollError('cancelled', 'The call was cancelled.', { cause: signal.reason })
}
