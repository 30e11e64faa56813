/**
 * One block as a differentiable graph: x ← x + attention(norm(x)), x ← x + mlp(norm(x)).
 *
 * Touvron et al. 2023 (arXiv 2302.13971); grouped queries: Ainslie et al. 2023 (arXiv 2305.13245); rotary positions: Su et
 * al. 2021 (arXiv 2104.09864); caps, windows and norms behind the parts: Gemma Team 2024 (arXiv 2408.00118).
 */
import type { Pointer } from '../native/pointer.ts'
import type { Architecture } from './architecture.ts'
import type { Node, Tape } from './tape.ts'
import type { TailWeights } from './weights.ts'

/** What the tokens of a packed batch are to each other. */
export interface Packing {
  /** Tokens of each sequence, in their order. */
  readonly lengths: readonly number[]
  /** Of every token in its own sequence. */
  readonly positions: () => Pointer
  /** −∞ where a token of a sequence of this length may not look, by window. */
  readonly maskOf: (length: number, window: number) => Pointer
}

export function blockGraph(
  tape: Tape,
  { heads, groups, headSize, epsilon, activation, attentionScale, attentionCap, blocks }: Architecture,
  weights: TailWeights,
  layer: number,
  packing: Packing,
  input: Node,
): Node {
  const traits = blocks[layer]
  if (traits === undefined) throw new RangeError(`The model has no block ${layer}`)
  const { window, rotation } = traits
  const name = (part: string) => `blk.${layer}.${part}`
  const normed = (x: Node, part: string) => tape.norm(x, weights.get(name(`${part}.weight`)), epsilon)
  const behind = (x: Node, part: string) => (weights.find(name(`${part}.weight`)) === null ? x : normed(x, part))
  const linear = (x: Node, part: string) => {
    const product = tape.weigh(weights.get(name(`${part}.weight`)), x)
    const bias = weights.find(name(`${part}.bias`))
    return bias === null ? product : tape.addWeight(product, bias)
  }
  const tokens = input.shape[1]
  const factors = weights.find('rope_freqs.weight')?.tensor ?? null
  /** Queries or keys, each head normed where the family does so, turned by its position: headSize·count × tokens. */
  const turned = (x: Node, part: string, count: number) => {
    const split = tape.reshape(linear(x, part), [headSize, count, tokens])
    const own = behind(split, `${part}_norm`)
    return tape.reshape(tape.rotate(own, packing.positions(), factors, rotation), [headSize * count, tokens, 1])
  }

  const attend = (query: Node, key: Node, value: Node, length: number): Node => {
    // Heads that share a key lie one behind the other, so they count as more queries of that key.
    const perGroup = (heads / groups) * length
    const byHead = (x: Node, count: number) => tape.permute(tape.reshape(x, [headSize, count, length]), [0, 2, 1])
    const queries = tape.reshape(byHead(query, heads), [headSize, perGroup, groups])
    const product = tape.matrixProduct(byHead(key, groups), queries)
    const scores = tape.reshape(product, [length, length, heads])
    const capped = attentionCap === null ? scores : tape.cap(scores, attentionCap, attentionScale)
    const shares = tape.softmax(capped, packing.maskOf(length, window), attentionCap === null ? attentionScale : 1)
    const values = tape.permute(tape.reshape(value, [headSize, groups, length]), [1, 2, 0])
    const mixed = tape.matrixProduct(values, tape.reshape(shares, [length, perGroup, groups]))
    const ordered = tape.permute(tape.reshape(mixed, [headSize, length, heads]), [0, 2, 1])
    return tape.reshape(ordered, [headSize * heads, length, 1])
  }

  const attentionInput = normed(input, 'attn_norm')
  const queries = tape.split(turned(attentionInput, 'attn_q', heads), packing.lengths)
  const keys = tape.split(turned(attentionInput, 'attn_k', groups), packing.lengths)
  const values = tape.split(linear(attentionInput, 'attn_v'), packing.lengths)
  const mixed = packing.lengths.map((length, i) => attend(queries[i]!, keys[i]!, values[i]!, length))
  const attended = behind(linear(tape.join(mixed), 'attn_output'), 'post_attention_norm')
  const middle = tape.add(input, attended)

  const mlpInput = normed(middle, 'ffn_norm')
  const gate = linear(mlpInput, 'ffn_gate')
  const down = linear(tape.gated(gate, linear(mlpInput, 'ffn_up'), activation), 'ffn_down')
  return tape.add(middle, behind(down, 'post_ffw_norm'))
}
