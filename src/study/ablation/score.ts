/**
 * What a candidate for the refusal direction is scored and filtered by, from log-probabilities of an answer's first token.
 *
 * Source: Arditi et al. 2024 (arXiv 2406.11717; github.com/andyrdt/refusal_direction at 9d852fa,
 * pipeline/submodules/select_direction.py), constants included.
 */

/** What keeps a candidate from being chosen. */
const most = { kl: 0.1 }
const least = { induced: 0 }
const [scoreEpsilon, klEpsilon] = [1e-8, 1e-6]

export interface Scores {
  /** Mean log-odds of refusal on harmful prompts while the direction is ablated: the lower, the better. */
  readonly refusal: number
  /** The same on harmless prompts while the raw vector is added at its own layer. */
  readonly induced: number
  /** KL(unsteered ‖ ablated) of the first token in nats, mean over harmless prompts. */
  readonly kl: number
}

/** ln p/(1 − p), p the probability that the answer begins with one of the tokens whose log-probabilities are given. */
export function refusalScore(logProbabilities: ArrayLike<number>): number {
  const p = Array.from(logProbabilities).reduce((sum, value) => sum + Math.exp(value), 0)
  return Math.log(p + scoreEpsilon) - Math.log(Math.max(0, 1 - p) + scoreEpsilon)
}

/** Σ p (ln p − ln q) over the vocabulary. */
export function divergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  return Array.from(p).reduce((sum, logP, token) => {
    const [before, after] = [Math.exp(logP), Math.exp(q[token] ?? Number.NaN)]
    return sum + before * (Math.log(before + klEpsilon) - Math.log(after + klEpsilon))
  }, 0)
}

/** Whether adding the vector makes the model refuse what is harmless. */
export function induces({ induced }: Pick<Scores, 'induced'>): boolean {
  return induced >= least.induced
}

/** Whether ablating it leaves harmless prompts alone. */
export function leavesAlone({ kl }: Pick<Scores, 'kl'>): boolean {
  return kl <= most.kl
}

/**
 * Layers that may be the source, ascending: none of the last fifth of block inputs, and no embedding, where the template's
 * tokens are alike in every prompt. The original counts block inputs: its l is the residual stream after our layer l − 1.
 */
export function sourceLayers(depth: number): number[] {
  const inputs = Math.trunc(depth * (1 - 0.2))
  return Array.from({ length: Math.max(0, inputs - 1) }, (_, i) => i)
}
