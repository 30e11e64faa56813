/**
 * From the last states to the log-probability of the target tokens, and back.
 *
 * The gradient of −ln softmax(l)ₜ is softmax(l) − 1ₜ, so what reaches the states is Wᵀ·softmax(l) − Wₜ: no matrix of
 * ones and zeros as large as the vocabulary is needed. Targets are taken in parts, so that only one part's logits exist.
 */
import type { Ggml } from '../native/ggml.ts'
import type { Pointer } from '../native/pointer.ts'
import type { Node, Tape } from './tape.ts'
import type { Weight } from './weights.ts'

/** Targets whose logits exist at once. */
export const targetsAtOnce = 256

/** Inputs of one part. */
export interface TargetPart {
  readonly count: number
  /** Target tokens; null where no gradient is asked for. */
  readonly tokens: Pointer | null
  /** Where each target lies among the logits of the part: row · vocabulary + token. */
  readonly places: Pointer
}

export interface HeadGraph {
  /** Probabilities of the targets, by part. */
  readonly probabilities: readonly Pointer[]
  /** Gradient of the sum of −ln p by `states`; null where it was not asked for. */
  readonly gradient: Pointer | null
}

/** @param states normed last states, one column for each target */
export function headGraph(
  { ggml, context, tape }: { readonly ggml: Ggml; readonly context: Pointer; readonly tape: Tape },
  output: Weight,
  states: Node,
  parts: readonly TargetPart[],
  cap: number | null,
): HeadGraph {
  const width = states.shape[0]
  const vocabulary = output.shape[1]
  const probabilities: Pointer[] = []
  let gradient: Pointer | null = null
  let from = 0
  for (const { count, tokens, places } of parts) {
    const own = ggml.viewRows(context, states.tensor, width, count, 4 * width, 4 * width * from)
    from += count
    const raw = ggml.matrixProduct(context, output.tensor, own)
    const squashed = cap === null ? null : ggml.tanh(context, ggml.scale(context, raw, 1 / cap))
    const logits = cap === null || squashed === null ? raw : ggml.scale(context, squashed, cap)
    const shares = ggml.softmax(context, logits, null, 1, 0)
    const at = (values: Pointer) =>
      ggml.getRows(context, ggml.reshape(context, values, [1, vocabulary * count, 1]), places)
    const probability = at(shares)
    probabilities.push(probability)
    if (tokens === null) continue
    // The derivative of the cap, where there is one.
    const slope = squashed === null ? null : ggml.scaleBias(context, ggml.square(context, squashed), -1, 1)
    const pulled = slope === null ? shares : ggml.mul(context, shares, slope)
    const rows = ggml.getRows(context, output.tensor, tokens)
    const targets = slope === null ? rows : ggml.mul(context, rows, ggml.reshape(context, at(slope), [1, count, 1]))
    const whole = ggml.add(context, tape.weighBack(output, pulled, count), ggml.scale(context, targets, -1))
    gradient = gradient === null ? whole : ggml.concat(context, gradient, whole, 1)
  }
  return { probabilities, gradient }
}
