/** Decides, before anything is computed, in what kind of context the requests of a call are: a pure function of them. */
import type { Adapter } from '../../types.ts'
import { type Share, sharedPrefixes } from './prefixes.ts'
import type { GenerateRequest, Group } from './request.ts'

export interface ContextPlan {
  /** Sequences decoded together: 0 to `slots` − 1. */
  readonly slots: number
  /** Sequences behind them that hold shared prefixes. */
  readonly prefixes: number
  /** Of each stream, or of all sequences together where they are unified. */
  readonly cells: number
  readonly streams: 'separate' | 'unified'
  /** Tokens that the longest request can come to. */
  readonly longest: number
  /** What each request shares, in the order of the requests. */
  readonly shares: readonly (Share | null)[]
  /** Whether what is left of answers that ended serves prompts that begin alike: not where answers must repeat. */
  readonly leftovers: 'use' | 'leave'
  /**
   * Whether prompts that wait are read together: faster in all, but the first of them has its token when the last is
   * read. Only where nothing is left of earlier answers to begin with.
   */
  readonly prompts: 'together' | 'each'
  readonly adapters: readonly Adapter[]
  /** Rows that llama.cpp adds by itself. */
  readonly shared: Float32Array | null
}

/** What llama.cpp has room for in one context (`LLAMA_MAX_SEQ`). */
const mostSequences = 256
/** Prefixes kept at a time: each takes as much memory as a slot. */
const mostPrefixes = 4
/**
 * Separate streams read the cells of every sequence for one query each. In one stream every query goes over everybody's
 * cells, which are read once for all. Measured with 16 sequences of a 135M model that share 384 tokens: 0.88 of the time
 * at 2.2 times the cells, 0.95 at 4.1 times. The plan stops at 3.
 */
const cheaperUnified = 3

export function planContext(requests: readonly GenerateRequest[], mostSlots: number): ContextPlan {
  const shares = sharedPrefixes(requests)
  const distinct = new Set(shares.filter(share => share !== null)).size
  const prefixes = Math.min(distinct, mostPrefixes)
  const slots = Math.min(mostSlots, requests.length, mostSequences - prefixes)
  const longest = Math.max(0, ...requests.map(lengthOf))
  const [share] = shares
  const adapters = requests[0]?.group.adapters ?? []
  const shared = requests[0]?.shared?.rows ?? null
  const plan = { slots, prefixes, longest, shares, leftovers: 'leave', prompts: 'together', adapters, shared } as const
  if (share && share.members.length === requests.length && slots > 1) {
    const rest = longest - share.tokens
    const together = share.tokens + slots * rest
    if (share.tokens >= rest && together <= cheaperUnified * longest)
      return { ...plan, cells: together, streams: 'unified' }
  }
  return { ...plan, cells: longest, streams: 'separate' }
}

/** Tokens that a request can come to. */
export function lengthOf(request: GenerateRequest): number {
  return request.rendered.tokens.length + request.maxTokens
}

/** What concurrent calls compute in together. */
export interface SharedShape {
  readonly group: Group
  readonly slots: number
  readonly cells: number
}

/** A call as far as it decides how many slots there are. */
interface Demand {
  readonly call: { readonly slots: number }
  /** Requests without an answer. */
  readonly left: number
}

/**
 * As many slots as the calls can use, at most as many as one of them asks for; room for the longest of the requests that
 * are next. It only grows, by powers of two, since every change means that what is in progress is read again.
 */
export function sharedShape(
  current: SharedShape | null,
  group: Group,
  next: readonly (GenerateRequest | undefined)[],
  calls: readonly Demand[],
  mostSlots: number,
): SharedShape {
  const wanted = calls.reduce((sum, { call, left }) => sum + Math.min(call.slots, left), 0)
  const most = Math.min(mostSlots, Math.max(...calls.map(({ call }) => call.slots)))
  const slots = Math.min(most, 2 ** Math.ceil(Math.log2(Math.max(1, wanted))))
  const longest = Math.max(1, ...next.map(request => (request === undefined ? 0 : lengthOf(request))))
  const cells = 2 ** Math.ceil(Math.log2(longest))
  return {
    group,
    slots: Math.min(mostSlots, Math.max(current?.slots ?? 0, slots)),
    cells: Math.max(current?.cells ?? 0, cells),
  }
}

export function planShared({ group, slots, cells }: SharedShape): ContextPlan {
  const { adapters } = group
  return {
    slots,
    prefixes: 0,
    cells,
    streams: 'separate',
    longest: cells,
    shares: [],
    leftovers: 'use',
    prompts: 'each',
    adapters,
    shared: null,
  }
}
