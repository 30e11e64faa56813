/** Opens a GGUF file in an engine process of its own. */
import { availableParallelism } from 'node:os'
import { basename, resolve } from 'node:path'
import { PlimsollError } from '../errors.ts'
import { oneOf, positive } from './check.ts'
import { checkOptions } from './check-options.ts'
import { factsOf, type ModelFacts } from './facts.ts'
import { fingerprintWith } from './fingerprint.ts'
import { readHeader } from './header.ts'
import { checkModelMemory } from './memory.ts'
import { checkedGpuLayers } from './offload.ts'
import { poolOf } from './pool.ts'
import { EngineProcess } from './process/client.ts'
import { LlamaModel } from './process/llama-model.ts'
import type { OpenArguments } from './process/protocol.ts'
import type { Model, OpenOptions } from './types.ts'

/** What every model has to have room for, whatever is asked of it. */
const smallestContext = { sequences: 1, cells: 256, outputs: 1 }

/**
 * Opens the model in `file`.
 * @throws PlimsollError `not-found`, `model-invalid`, `model-unsupported`, `library-missing`, `library-mismatch`,
 * `out-of-memory`
 */
export async function openModel(file: string, options: OpenOptions = {}): Promise<Model> {
  checkOptions('openModel', options)
  const path = resolve(file)
  const processors = availableParallelism()
  const engines =
    options.engines === 'processors'
      ? enginesFor(processors, options.threads ?? chosenThreads())
      : positive('engines', options.engines ?? 1)
  const header = await readHeader(path)
  const facts = factsOf(header)
  const cache = oneOf('cache', options.cache ?? 'f16', ['f16', 'f32'])
  const flashAttention = oneOf('flashAttention', options.flashAttention ?? 'auto', ['auto', 'off'])
  checkModelMemory(facts, engines, { ...smallestContext, cache, flashAttention }, path)
  const open: OpenArguments = {
    file: path,
    name: options.name ?? basename(path, '.gguf'),
    fingerprint: await fingerprintWith(header),
    threads: positive('threads', options.threads ?? chosenThreads() ?? defaultThreads(processors, engines, facts)),
    cache,
    flashAttention,
    facts,
    batching: oneOf('batching', options.batching ?? 'alone', ['alone', 'together']),
    gpuLayers: checkedGpuLayers(options.gpuLayers ?? 'auto'),
    fastPath: oneOf('fastPath', options.fastPath ?? 'auto', ['auto', 'on', 'off']),
  }
  const [first, ...others] = await allOrNone(Array.from({ length: engines }, () => openEngine(open, options)))
  if (first === undefined) throw new PlimsollError('internal', 'No engine was opened')
  return poolOf([first, ...others])
}

async function openEngine(open: OpenArguments, { signal, unanswered }: OpenOptions): Promise<LlamaModel> {
  const engine = new EngineProcess(open, { unanswered })
  const close = () => void engine[Symbol.asyncDispose]()
  signal?.addEventListener('abort', close, { once: true })
  try {
    if (signal?.aborted) throw new PlimsollError('cancelled', 'The model was not opened: the call was cancelled')
    return new LlamaModel(engine, await engine.start(), open.batching)
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  } finally {
    signal?.removeEventListener('abort', close)
  }
}

/** Where one engine does not open, the others are closed: nobody could reach them. */
async function allOrNone(opening: readonly Promise<LlamaModel>[]): Promise<LlamaModel[]> {
  const opened = await Promise.allSettled(opening)
  const failed = opened.find(one => one.status === 'rejected')
  const open = opened.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
  if (failed === undefined) return open
  await Promise.all(open.map(model => model[Symbol.asyncDispose]()))
  throw failed.reason
}

function chosenThreads(): number | undefined {
  const chosen = process.env.PLIMSOLL_THREADS
  return chosen ? positive('PLIMSOLL_THREADS', Number(chosen)) : undefined
}

/** Threads beyond the processors would wait for each other at every operation. */
function enginesFor(processors: number, threads = 1): number {
  return Math.max(1, Math.floor(processors / positive('threads', threads)))
}

/** Bytes of weights below which an operation takes no longer than two threads take to meet behind it. */
const tooSmallToShare = 16e6

function defaultThreads(processors: number, engines: number, { weights }: ModelFacts): number {
  return weights < tooSmallToShare ? 1 : Math.max(1, Math.floor(processors / engines))
}
