/**
 * Massive activations: a few values of a few tokens that are thousands of times the others, and act as biases.
 * Sun et al. 2024 (arXiv 2402.17762, section 2): a magnitude above 100 and at least about 1000 times the median
 * magnitude of its state.
 */
const least = 100
const timesMedian = 1000

/** Whether a token's state holds a massive activation. */
export function isMassive(state: ArrayLike<number>): boolean {
  let largest = 0
  for (let i = 0; i < state.length; i++) largest = Math.max(largest, Math.abs(state[i] ?? 0))
  if (largest <= least) return false
  // largest ≥ 1000 · median holds where at least half of the magnitudes are no more than largest/1000.
  const limit = largest / timesMedian
  let small = 0
  for (let i = 0; i < state.length; i++) if (Math.abs(state[i] ?? 0) <= limit) small++
  return small >= state.length / 2
}
