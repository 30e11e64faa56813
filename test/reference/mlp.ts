/** The feed-forward part of a block. */
import { multiply, softmax } from './arithmetic.ts'
import type { Experts, Gated } from './weights.ts'

const silu = (x: number) => x / (1 + Math.exp(-x))
/** x·Φ(x) by tanh. Hendrycks and Gimpel 2016 (arXiv 1606.08415) */
const gelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))

const activations = {
  silu,
  'gelu-exact': gelu,
  'gelu-table': (x: number) => Math.f16round(gelu(Math.f16round(x))),
} as const

/** Shazeer 2020 (arXiv 2002.05202): down · (f(gate · x) ⊙ (up · x)). */
function gated({ gate, up, down }: Gated, input: Float64Array, activation: keyof typeof activations): Float64Array {
  const wide = multiply(up, input)
  const hidden = multiply(gate, input).map((value, i) => activations[activation](value) * wide[i]!)
  return multiply(down, hidden)
}

/** The likeliest experts, weighted by their share of what they have together. */
function mixture({ router, experts, used }: Experts, input: Float64Array, activation: keyof typeof activations) {
  const likeliness = softmax([...multiply(router, input)])
  const chosen = [...likeliness.keys()].sort((a, b) => likeliness[b]! - likeliness[a]!).slice(0, used)
  const whole = chosen.reduce((sum, i) => sum + likeliness[i]!, 0)
  const output = new Float64Array(input.length)
  for (const i of chosen) {
    const part = gated(experts[i]!, input, activation)
    for (let j = 0; j < output.length; j++) output[j]! += (likeliness[i]! / whole) * part[j]!
  }
  return output
}

export function applyMlp(
  mlp: Gated | Experts,
  input: Float64Array,
  activation: keyof typeof activations,
): Float64Array {
  return mlp.kind === 'gated' ? gated(mlp, input, activation) : mixture(mlp, input, activation)
}
