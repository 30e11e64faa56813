/** Vectors and matrices in double precision. */
import type { Matrix, Weights } from './weights.ts'

/** Matrix times vector, and the bias where there is one. */
export function multiply(matrix: Matrix & { readonly bias?: Float64Array | null }, input: Float64Array): Float64Array {
  const { rows, columns, values, bias } = matrix
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = bias?.[row] ?? 0
    for (let i = 0; i < columns; i++) sum += values[row * columns + i]! * input[i]!
    return sum
  })
}

/** x / √(mean of x² + ε), times the scales. [arXiv 1910.07467] */
export function norm(state: Float64Array, scales: Float64Array, epsilon: number): Float64Array {
  const meanSquare = state.reduce((sum, value) => sum + value * value, 0) / state.length
  return state.map((value, i) => (value / Math.sqrt(meanSquare + epsilon)) * scales[i]!)
}

/** Norms of as many values at a time as there are scales. */
export function normEach(vector: Float64Array, scales: Float64Array, epsilon: number): Float64Array {
  const normed = new Float64Array(vector.length)
  for (let at = 0; at < vector.length; at += scales.length) {
    normed.set(norm(vector.slice(at, at + scales.length), scales, epsilon), at)
  }
  return normed
}

/** Turns pair i of each head by position · base^(−2i/size). */
export function rotate(
  vector: Float64Array,
  size: number,
  position: number,
  base: number,
  pairs: Weights['rotation'],
): Float64Array {
  const rotated = new Float64Array(vector.length)
  const half = size / 2
  for (let head = 0; head < vector.length; head += size) {
    for (let i = 0; i < half; i++) {
      const angle = position * base ** ((-2 * i) / size)
      const [a, b] = pairs === 'halves' ? [head + i, head + half + i] : [head + 2 * i, head + 2 * i + 1]
      const [x, y] = [vector[a]!, vector[b]!]
      rotated[a] = x * Math.cos(angle) - y * Math.sin(angle)
      rotated[b] = x * Math.sin(angle) + y * Math.cos(angle)
    }
  }
  return rotated
}

export function softmax(scores: readonly number[]): number[] {
  const top = Math.max(...scores)
  const exponentials = scores.map(score => Math.exp(score - top))
  const sum = exponentials.reduce((a, b) => a + b, 0)
  return exponentials.map(exponential => exponential / sum)
}

/** log softmax(logits) */
export function logProbabilities(logits: Float64Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b))
  const logSum = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0))
  return logits.map(logit => logit - logSum)
}

/** The lowest index of the largest value. */
export function argmax(values: Float64Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}
