/** How strongly a direction has to be added for the model to change as much as under another. */
import type { Prompt, Steering } from '../engine/types.ts'
import type { Work } from './work.ts'

/** Halvings of the interval of strengths: 2⁻¹⁰ of the largest. */
const halvings = 10
/** Strengths that are looked at before giving up, each twice the one before. */
const doublings = 6
/** How often the prompts are read, as a rule: unsteered, as the method does, and for each strength looked at. */
export const klReadings = 4 + halvings

export interface MatchedStrength {
  readonly strength: number
  /** KL(unsteered ‖ steered) of the first token, in nats, mean over prompts: reached, and wanted. */
  readonly kl: number
  readonly wanted: number
}

/**
 * The strength at which `steeringAt` moves the distribution of the first token as far as `like` does, by bisection: the
 * divergence grows with the strength, from 0. Where even a large strength moves less, that strength is returned.
 */
export async function strengthForKl(
  work: Work,
  prompts: readonly Prompt[],
  like: Steering,
  steeringAt: (strength: number) => Steering,
  start: number,
): Promise<MatchedStrength> {
  const { model } = work
  const tokens = Array.from({ length: model.info.vocabulary }, (_, token) => token)
  const read = async (steering: Steering) => {
    work.checkSignal()
    return model.firstToken(prompts, tokens, { steering })
  }
  const plain = await read([])
  const klOf = async (steering: Steering) => meanKl(plain, await read(steering))
  const wanted = await klOf(like)
  let [low, high] = [0, start]
  let kl = await klOf(steeringAt(high))
  for (let i = 0; i < doublings && kl < wanted; i++) {
    low = high
    high *= 2
    kl = await klOf(steeringAt(high))
  }
  if (kl < wanted) return { strength: high, kl, wanted }
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2
    const found = await klOf(steeringAt(middle))
    if (found < wanted) low = middle
    else {
      high = middle
      kl = found
    }
  }
  return { strength: high, kl, wanted }
}

/** Mean over prompts of Σ p (log p − log q), from log-probabilities. */
export function meanKl(p: readonly Float64Array[], q: readonly Float64Array[]): number {
  const each = p.map((before, i) => {
    const after = q[i] ?? before
    return before.reduce((sum, logP, token) => {
      const probability = Math.exp(logP)
      return probability === 0 ? sum : sum + probability * (logP - (after[token] ?? logP))
    }, 0)
  })
  return each.reduce((sum, kl) => sum + kl, 0) / Math.max(1, each.length)
}
