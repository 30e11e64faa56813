/** Shortens a gradient that is too long, as torch's `clip_grad_norm_` does. */

const mostGradient = 1
/** torch adds it to the norm before it divides. */
const clipEpsilon = 1e-6

export function clip(gradient: Float64Array): void {
  const shrink = Math.min(1, mostGradient / (length(gradient) + clipEpsilon))
  for (let i = 0; i < gradient.length; i++) gradient[i]! *= shrink
}

export function length(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}
