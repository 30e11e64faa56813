/** Finding the most likely tokens among very many, without sorting them all. */

/** The token with the highest logit, the lowest number among equals; −1 where there is none above −Infinity. */
export function mostLikely(logits: Float32Array): number {
  let best = -1
  let highest = Number.NEGATIVE_INFINITY
  for (let token = 0; token < logits.length; token++) {
    if (logits[token]! > highest) {
      highest = logits[token]!
      best = token
    }
  }
  return best
}

/** The k most likely tokens, in no order; of equals the lowest numbers. */
export function topK(logits: Float32Array, k: number): Int32Array {
  return narrow(
    logits,
    tokens => tokens.length >= k,
    tokens => heaviest(tokens, logits, () => 1, k),
  )
}

/**
 * The fewest most likely tokens whose weights come to at least `mass`, in no order.
 * @param candidates where only these count; null: every token
 * @param weight of a token: the same or less for a lower logit
 */
export function topMass(
  logits: Float32Array,
  candidates: Int32Array | null,
  weight: (token: number) => number,
  mass: number,
): Int32Array {
  if (candidates !== null) return heaviest(candidates, logits, weight, mass)
  const enough = (tokens: Int32Array) => {
    let sum = 0
    for (const token of tokens) sum += weight(token)
    return sum >= mass
  }
  return narrow(logits, enough, tokens => heaviest(tokens, logits, weight, mass))
}

/** Tokens whose logit is at least `lowest`, ascending. */
export function above(logits: Float32Array, lowest: number): Int32Array {
  let count = 0
  for (let token = 0; token < logits.length; token++) if (logits[token]! >= lowest) count++
  const tokens = new Int32Array(count)
  let at = 0
  for (let token = 0; token < logits.length; token++) if (logits[token]! >= lowest) tokens[at++] = token
  return tokens
}

/** Most of the time few tokens are anywhere near the best: looks there first, then twice as far, then everywhere. */
function narrow(
  logits: Float32Array,
  enough: (tokens: Int32Array) => boolean,
  choose: (tokens: Int32Array) => Int32Array,
): Int32Array {
  const best = mostLikely(logits)
  if (best < 0) return new Int32Array()
  for (let reach = 8; reach < 1000; reach *= 2) {
    const tokens = above(logits, logits[best]! - reach)
    if (enough(tokens)) return choose(tokens)
  }
  return choose(above(logits, -Number.MAX_VALUE))
}

/**
 * Quickselect by weight: takes tokens from the likeliest on until their weights come to `mass`, all of them where they
 * never do. On average as many comparisons as a few passes over the tokens. [Hoare 1961, Algorithm 65]
 */
function heaviest(
  tokens: Int32Array,
  logits: Float32Array,
  weight: (token: number) => number,
  mass: number,
): Int32Array {
  const order = tokens.slice()
  const before = (a: number, b: number) => logits[a]! > logits[b]! || (logits[a] === logits[b] && a < b)
  let [start, end, missing] = [0, order.length, mass]
  // Everything before `start` is taken, everything from `end` on is not.
  while (end - start > 1) {
    const middle = (start + end) >> 1
    swap(order, middle, end - 1)
    const pivot = order[end - 1]!
    let split = start
    let sum = 0
    for (let i = start; i < end - 1; i++) {
      if (!before(order[i]!, pivot)) continue
      sum += weight(order[i]!)
      swap(order, i, split++)
    }
    swap(order, split, end - 1)
    if (sum >= missing) {
      end = split
      continue
    }
    missing -= sum + weight(pivot)
    start = split + 1
    if (missing <= 0) return order.subarray(0, start)
  }
  return order.subarray(0, missing > 0 ? end : start)
}

function swap(order: Int32Array, a: number, b: number): void {
  const kept = order[a]!
  order[a] = order[b]!
  order[b] = kept
}
