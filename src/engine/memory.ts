/** What a model needs in memory and what there is, asked before it is taken: the system would end the process instead. */
import { existsSync, readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { PlimsollError } from '../errors.ts'
import type { ModelFacts } from './facts.ts'

/** What decides how much a context takes. */
export interface ContextSize {
  readonly sequences: number
  /** Tokens that each sequence has room for. */
  readonly cells: number
  /** Tokens with logits in one batch. */
  readonly outputs: number
  readonly cache: 'f16' | 'f32'
  readonly flashAttention: 'auto' | 'off'
}

const float = 4
const half = 2
/** Tokens computed at once, at most. */
const batch = 512
/** An engine process before it has a model. */
const engineBytes = 150e6
/** Values of one token that a block holds at the same time: its input, its norm, queries, keys, values, the sum. */
const rowsOfWidth = 8

/** Bytes that a context takes beside the weights: key/value cache, states, room to compute in, logits. */
export function contextBytes(facts: ModelFacts, size: ContextSize): number {
  const { sequences, cells, outputs } = size
  const cached = facts.cacheValues * sequences * cells * (size.cache === 'f16' ? half : float)
  const states = facts.stateValues * sequences * float
  const activations = batch * float * (rowsOfWidth * facts.width + 3 * facts.feedForward)
  // The mask, once as it is made and once as flash attention reads it; without that, the scores of every head.
  const attention = batch * cells * (size.flashAttention === 'off' ? float * (1 + 2 * facts.heads) : float + half)
  const logits = 2 * outputs * facts.vocabulary * float
  return Math.ceil(cached + states + activations + attention + logits)
}

/** Bytes that several engines on one file take: they share its pages. */
export function modelBytes(facts: ModelFacts, engines: number, smallest: ContextSize): number {
  return facts.weights + engines * (engineBytes + contextBytes(facts, smallest))
}

/**
 * Bytes that may still be taken: what the system calls available, within the limit of the control group. Pages of
 * files count as free, since they can be given up. The variable `PLIMSOLL_MEMORY_LIMIT` stands in for all of it.
 */
export function availableMemory(): number {
  const chosen = process.env.PLIMSOLL_MEMORY_LIMIT
  if (chosen) {
    const bytes = Number(chosen)
    if (bytes > 0) return bytes
    throw new PlimsollError('usage', 'PLIMSOLL_MEMORY_LIMIT is not a number of bytes', {
      found: chosen,
      expected: 'a number above 0, such as 8e9',
      fix: 'Set it to the bytes that may be used, or unset it.',
    })
  }
  if (process.platform === 'linux') return Math.min(readAvailable(), readGroup())
  // macOS counts what it caches as used, and gives it up when asked.
  return process.platform === 'darwin' ? totalmem() : freemem()
}

function readAvailable(): number {
  const found = /^MemAvailable:\s+(\d+) kB/m.exec(readText('/proc/meminfo'))?.[1]
  return found === undefined ? freemem() : Number(found) * 1024
}

/** What the control groups of this process leave, versions 1 and 2; infinity without a limit. */
function readGroup(): number {
  const groups = readText('/proc/self/cgroup').trim().split('\n')
  const path = (controller: string) =>
    groups
      .map(line => line.split(':'))
      .find(([, names]) => names === controller || names?.split(',').includes(controller))
      ?.slice(2)
      .join(':')
  return Math.min(
    leftInGroup('/sys/fs/cgroup', path(''), 'memory.max', 'memory.current', 'file'),
    leftInGroup(
      '/sys/fs/cgroup/memory',
      path('memory'),
      'memory.limit_in_bytes',
      'memory.usage_in_bytes',
      'total_cache',
    ),
  )
}

/** A group may take what it is allowed less what it has, counting cached files as free; so may every group above it. */
function leftInGroup(root: string, path: string | undefined, limit: string, used: string, cached: string): number {
  if (path === undefined) return Number.POSITIVE_INFINITY
  let least = Number.POSITIVE_INFINITY
  const parts = path.split('/').filter(part => part !== '')
  for (let depth = parts.length; depth >= 0; depth--) {
    const folder = [root, ...parts.slice(0, depth)].join('/')
    // `max` is no number and no limit. Inside a container only the group itself may be visible, as the root.
    const most = Number.parseInt(readText(`${folder}/${limit}`), 10)
    if (Number.isNaN(most)) continue
    const files = new RegExp(`^${cached} (\\d+)$`, 'm').exec(readText(`${folder}/memory.stat`))?.[1]
    least = Math.min(least, most - Number.parseInt(readText(`${folder}/${used}`), 10) + Number(files ?? 0))
  }
  return least
}

function readText(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  } catch {
    return ''
  }
}

/** @throws PlimsollError `out-of-memory` when opening the model would take more than there is */
export function checkModelMemory(facts: ModelFacts, engines: number, smallest: ContextSize, file: string): void {
  const needed = modelBytes(facts, engines, smallest)
  const free = availableMemory()
  if (needed <= free) return
  throw new PlimsollError('out-of-memory', 'There is too little memory for this model', {
    found: `${sizeOf(free)} free`,
    expected: `${sizeOf(needed)}: ${sizeOf(facts.weights)} of weights and ${engines} ${engines === 1 ? 'engine' : 'engines'}`,
    where: file,
    fix: `${engines > 1 ? 'Lower engines, take' : 'Take'} a smaller model or quantisation, or close other programs. ${limitReplaces}`,
  })
}

/** @throws PlimsollError `out-of-memory` when a context of this size would take more than there is */
export function checkContextMemory(facts: ModelFacts, context: ContextSize): void {
  const needed = contextBytes(facts, context)
  const free = availableMemory()
  if (needed <= free) return
  const { sequences, cells } = context
  throw new PlimsollError('out-of-memory', 'There is too little memory for this call', {
    found: `${sizeOf(free)} free`,
    expected: `${sizeOf(needed)} for ${sequences} ${sequences === 1 ? 'sequence' : 'sequences'} of ${cells} tokens`,
    fix: `${sequences > 1 ? 'Lower slots or maxTokens, shorten' : 'Lower maxTokens, shorten'} the prompts, or take a smaller model. ${limitReplaces}`,
  })
}

/** Said with every refusal. */
export const limitReplaces = 'PLIMSOLL_MEMORY_LIMIT, in bytes, replaces what was found free.'

export function sizeOf(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`
}
