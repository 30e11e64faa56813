/** What requests of one call have in common: long prefixes that are computed once. */
import { sameOnPrefix } from '../../steering.ts'
import { sharedPrefix } from '../request.ts'
import type { GenerateRequest } from './request.ts'

/** A prefix shorter than this costs more to copy than to compute again. */
export const shortestPrefix = 32
/** Groups of different steering that a group is held against. */
const mostCompared = 16

/** Requests whose first tokens are computed once; one object for all of them. */
export interface Share {
  readonly tokens: number
  /** Places in the list of requests, ascending. */
  readonly members: readonly number[]
}

type Sharing = Pick<GenerateRequest, 'rendered' | 'steering'>

interface Group {
  tokens: number
  members: number[]
}

/**
 * For each request the group it shares a prefix with; null for none. Neighbours or not: requests are sorted by their
 * tokens, and the longest common prefixes are joined first, as long as no group loses more than half of what it shares.
 */
export function sharedPrefixes(requests: readonly Sharing[]): (Share | null)[] {
  const groups = joined(requests)
  const shared = new Array<Share | null>(requests.length).fill(null)
  for (const { tokens, members } of groups) {
    if (members.length < 2) continue
    const share: Share = { tokens, members: members.toSorted((a, b) => a - b) }
    for (const member of members) shared[member] = share
  }
  return shared
}

function joined(requests: readonly Sharing[]): Group[] {
  const order = sorted(requests)
  const common = order.slice(1).map((index, i) => commonLength(requests[order[i]!]!, requests[index]!))
  const groupOf = order.map(
    (index): Group => ({ tokens: requests[index]!.rendered.tokens.length - 1, members: [index] }),
  )
  const longestFirst = common.map((_, i) => i).sort((a, b) => common[b]! - common[a]! || a - b)
  for (const i of longestFirst) {
    const [left, right] = [groupOf[i]!, groupOf[i + 1]!]
    if (!worthJoining(left, right, common[i]!)) continue
    join(left, right, common[i]!)
    for (let k = i + 1; k < groupOf.length && groupOf[k] === right; k++) groupOf[k] = left
  }
  return acrossSteering(requests, [...new Set(groupOf)])
}

/** Groups under different steering that does the same to their prefix, such as edits of generated tokens only. */
function acrossSteering(requests: readonly Sharing[], groups: readonly Group[]): Group[] {
  const kept: Group[] = []
  for (const group of groups) {
    const first = requests[group.members[0]!]!
    const other = kept
      .slice(-mostCompared)
      .find(candidate => worthJoining(candidate, group, commonLength(requests[candidate.members[0]!]!, first)))
    if (other === undefined) kept.push(group)
    else join(other, group, commonLength(requests[other.members[0]!]!, first))
  }
  return kept
}

function worthJoining(a: Group, b: Group, common: number): boolean {
  const tokens = Math.min(a.tokens, b.tokens, common)
  return tokens >= shortestPrefix && [a, b].every(group => group.members.length < 2 || tokens >= group.tokens / 2)
}

function join(into: Group, other: Group, common: number): void {
  into.tokens = Math.min(into.tokens, other.tokens, common)
  into.members.push(...other.members)
}

/** Places of the requests by steering, then by tokens. */
function sorted(requests: readonly Sharing[]): number[] {
  const ranks = new Map<string | null, number>()
  const rank = requests.map(({ steering }) => {
    const name = steering?.fingerprint ?? null
    const known = ranks.get(name) ?? ranks.size
    ranks.set(name, known)
    return known
  })
  return requests
    .map((_, i) => i)
    .sort((a, b) => rank[a]! - rank[b]! || compare(requests[a]!.rendered.tokens, requests[b]!.rendered.tokens) || a - b)
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = sharedPrefix(a, b)
  return at < a.length && at < b.length ? a[at]! - b[at]! : a.length - b.length
}

/** The last token of a prompt is always computed for itself: its logits are wanted. */
function commonLength(a: Sharing, b: Sharing): number {
  const [first, second] = [a.rendered.tokens, b.rendered.tokens]
  const length = Math.min(sharedPrefix(first, second), first.length - 1, second.length - 1)
  return length >= shortestPrefix && sameOnPrefix(a.steering, b.steering, length) ? length : 0
}
