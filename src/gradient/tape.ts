/**
 * Reverse-mode differentiation over ggml's operators: every step forward is written down with its step back, which is a
 * graph of its own.
 *
 * ggml can differentiate graphs by itself, but its gradient through a weight costs eight to forty times the forward
 * product where weights are quantised. Here a weight is brought to F32 and turned, in memory that the next one reuses, and
 * the gradient is one more matrix product.
 */
import type { Ggml, Rotation } from '../native/ggml.ts'
import type { Pointer } from '../native/pointer.ts'
import type { Weight } from './weights.ts'

export type Shape = readonly [number, number, number]

/** A tensor of the graph that depends on the tail's input. Fastest-running dimension first; always contiguous. */
export interface Node {
  readonly tensor: Pointer
  readonly shape: Shape
}

/** Values of a weight that are brought to F32 at once: 4 MiB of them. */
const valuesAtOnce = 2 ** 20

/** Rows that a gradient goes back through at once, of a weight with so many columns. */
export function rowsAtOnce(columns: number): number {
  return Math.max(1, Math.floor(valuesAtOnce / columns))
}

/** √(2/π) and the cubic coefficient of GELU's approximation (Hendrycks and Gimpel 2016, arXiv 1606.08415). */
const geluScale = Math.sqrt(2 / Math.PI)
const geluCubic = 0.044715

/**
 * In which numbers the gradient goes back through weights that are not F32 themselves: BF16 keeps three digits, takes half
 * the memory and, where the processor multiplies it, half the time.
 */
export type BackwardType = 'f32' | 'bf16'

export class Tape {
  readonly #ggml: Ggml
  readonly #context: Pointer
  readonly #backward: BackwardType
  readonly #steps: (() => void)[] = []
  readonly #gradients = new Map<Node, Pointer>()

  constructor(ggml: Ggml, context: Pointer, backward: BackwardType) {
    this.#ggml = ggml
    this.#context = context
    this.#backward = backward
  }

  /** Walks back from a node whose gradient is known. */
  backward(from: Node, gradient: Pointer): void {
    this.#pass(from, gradient)
    for (const step of this.#steps.toReversed()) step()
  }

  /** Of a node that what was walked back from depends on. */
  gradientOf(node: Node): Pointer {
    const gradient = this.#gradients.get(node)
    if (gradient === undefined) throw new RangeError('The node has no gradient')
    return gradient
  }

  add(a: Node, b: Node): Node {
    return this.#record(this.#ggml.add(this.#context, a.tensor, b.tensor), a.shape, gradient => {
      this.#pass(a, gradient)
      this.#pass(b, gradient)
    })
  }

  /** A bias on every column. */
  addWeight(a: Node, bias: Weight): Node {
    return this.#record(this.#ggml.add(this.#context, a.tensor, bias.tensor), a.shape, gradient =>
      this.#pass(a, gradient),
    )
  }

  /** Root-mean-square norm along the first dimension, then a scale for each value. */
  norm(a: Node, scales: Weight, epsilon: number): Node {
    const { mul, rmsNorm, rmsNormBack } = this.#ggml
    const normed = rmsNorm(this.#context, a.tensor, epsilon)
    return this.#record(mul(this.#context, normed, scales.tensor), a.shape, gradient => {
      const scaled = mul(this.#context, gradient, scales.tensor)
      this.#pass(a, rmsNormBack(this.#context, scaled, a.tensor, epsilon))
    })
  }

  /** activation(a)·b. The way back computes the activation anew: keeping it would take as much memory as a or b. */
  gated(a: Node, b: Node, activation: 'silu' | 'gelu'): Node {
    const { mul, silu, siluBack } = this.#ggml
    const context = this.#context
    const opened = () => (activation === 'gelu' ? this.#gelu(a.tensor).result : silu(context, a.tensor))
    return this.#record(mul(context, opened(), b.tensor), a.shape, gradient => {
      this.#pass(b, mul(context, gradient, opened()))
      const ofOpened = mul(context, gradient, b.tensor)
      const isGelu = activation === 'gelu'
      this.#pass(a, isGelu ? this.#geluBack(ofOpened, a.tensor) : siluBack(context, ofOpened, a.tensor))
    })
  }

  /** c·tanh(factor·x/c) */
  cap(a: Node, c: number, factor: number): Node {
    const { mul, scale, scaleBias, square, tanh } = this.#ggml
    const context = this.#context
    const t = tanh(context, scale(context, a.tensor, factor / c))
    return this.#record(scale(context, t, c), a.shape, gradient => {
      const slope = scaleBias(context, square(context, t), -factor, factor)
      this.#pass(a, mul(context, gradient, slope))
    })
  }

  /** W·x for every column x. */
  weigh(weight: Weight, a: Node): Node {
    const [, columns, batches] = a.shape
    const product = this.#ggml.matrixProduct(this.#context, weight.tensor, a.tensor)
    return this.#record(product, [weight.shape[1], columns, batches], gradient =>
      this.#pass(a, this.weighBack(weight, gradient, columns)),
    )
  }

  /** Wᵀ·g for every column g of a matrix with as many rows as W. */
  weighBack(weight: Weight, gradient: Pointer, columns: number): Pointer {
    const { add, contiguous, matrixProduct, viewRows } = this.#ggml
    const context = this.#context
    const [inner, rows] = weight.shape
    let sum: Pointer | null = null
    const most = rowsAtOnce(inner)
    for (let from = 0; from < rows; from += most) {
      const count = Math.min(most, rows - from)
      const whole = count === rows
      const part = whole
        ? weight.tensor
        : viewRows(context, weight.tensor, inner, count, weight.stride, from * weight.stride)
      const turned = this.#turnedWeight(part, weight.isF32)
      const own = whole
        ? gradient
        : contiguous(context, viewRows(context, gradient, count, columns, 4 * rows, 4 * from))
      const product = matrixProduct(context, turned, own)
      sum = sum === null ? product : add(context, sum, product)
    }
    if (sum === null) throw new RangeError('A weight without rows')
    return sum
  }

  /** aᵀ·b: [k, m, n] and [k, p, n] → [m, p, n] */
  matrixProduct(a: Node, b: Node): Node {
    const { matrixProduct } = this.#ggml
    const product = matrixProduct(this.#context, a.tensor, b.tensor)
    return this.#record(product, [a.shape[1], b.shape[1], a.shape[2]], gradient => {
      this.#pass(a, matrixProduct(this.#context, this.#turned(b.tensor), this.#turned(gradient)))
      this.#pass(b, matrixProduct(this.#context, this.#turned(a.tensor), gradient))
    })
  }

  /**
   * Softmax of scale·a + mask along the first dimension; the mask is shared by all heads. Back by y·(g − Σ y·g): ggml's own
   * operator copies g over y where its memory was given to both.
   */
  softmax(a: Node, mask: Pointer, scale: number): Node {
    const { add, mul, softmax, sumRows } = this.#ggml
    const context = this.#context
    const result = softmax(context, a.tensor, mask, scale, 0)
    return this.#record(result, a.shape, gradient => {
      const mean = sumRows(context, mul(context, gradient, result))
      const apart = add(context, gradient, this.#ggml.scale(context, mean, -1))
      this.#pass(a, this.#ggml.scale(context, mul(context, apart, result), scale))
    })
  }

  /** Turns [headSize, heads, tokens] by the positions of the tokens. */
  rotate(a: Node, positions: Pointer, factors: Pointer | null, by: Rotation): Node {
    const { rotate, rotateBack } = this.#ggml
    return this.#record(rotate(this.#context, a.tensor, positions, factors, by), a.shape, gradient =>
      this.#pass(a, rotateBack(this.#context, gradient, positions, factors, by)),
    )
  }

  reshape(a: Node, shape: Shape): Node {
    const { reshape } = this.#ggml
    return this.#record(reshape(this.#context, a.tensor, shape), shape, gradient =>
      this.#pass(a, reshape(this.#context, gradient, a.shape)),
    )
  }

  /** Dimension i becomes dimension axes[i]. */
  permute(a: Node, axes: Shape): Node {
    const [x, y, z] = inverse(axes)
    const shape: Shape = [a.shape[x]!, a.shape[y]!, a.shape[z]!]
    return this.#record(this.#permuted(a.tensor, axes), shape, gradient =>
      this.#pass(a, this.#permuted(gradient, inverse(axes))),
    )
  }

  /** Columns of a matrix by their numbers, in that order; a column may come twice. */
  pick(a: Node, columns: Pointer, count: number): Node {
    const { getRows, getRowsBack } = this.#ggml
    return this.#record(getRows(this.#context, a.tensor, columns), [a.shape[0], count, 1], gradient =>
      this.#pass(a, getRowsBack(this.#context, gradient, columns, a.tensor)),
    )
  }

  /** Stretches of columns of a matrix, one behind the other; all of them have to be used. */
  split(a: Node, lengths: readonly number[]): Node[] {
    if (lengths.length === 1) return [a]
    let from = 0
    const parts = lengths.map(length => {
      const tensor = this.#columns(a.tensor, a.shape[0], from, length)
      from += length
      return { tensor, shape: [a.shape[0], length, 1] } as const satisfies Node
    })
    this.#steps.push(() => this.#pass(a, this.#joined(parts.map(part => this.gradientOf(part)))))
    return parts
  }

  /** Undoes `split`. */
  join(parts: readonly Node[]): Node {
    const [first] = parts
    if (first === undefined) throw new RangeError('Nothing to join')
    if (parts.length === 1) return first
    const columns = parts.reduce((sum, { shape }) => sum + shape[1], 0)
    return this.#record(this.#joined(parts.map(({ tensor }) => tensor)), [first.shape[0], columns, 1], gradient => {
      let from = 0
      for (const part of parts) {
        this.#pass(part, this.#columns(gradient, part.shape[0], from, part.shape[1]))
        from += part.shape[1]
      }
    })
  }

  #record(tensor: Pointer, shape: Shape, back: (gradient: Pointer) => void): Node {
    const node = { tensor, shape }
    this.#steps.push(() => {
      const gradient = this.#gradients.get(node)
      if (gradient !== undefined) back(gradient)
    })
    return node
  }

  #pass(node: Node, gradient: Pointer): void {
    const before = this.#gradients.get(node)
    this.#gradients.set(node, before === undefined ? gradient : this.#ggml.add(this.#context, before, gradient))
  }

  #turned(tensor: Pointer): Pointer {
    return this.#ggml.contiguous(this.#context, this.#ggml.transpose(this.#context, tensor))
  }

  #turnedWeight(tensor: Pointer, isF32: boolean): Pointer {
    if (isF32) return this.#turned(tensor)
    const { cast, transpose, types } = this.#ggml
    return cast(this.#context, transpose(this.#context, cast(this.#context, tensor, types.f32)), types[this.#backward])
  }

  /** x/2·(1 + tanh u) with u = √(2/π)(x + 0.044715 x³): ggml looks GELU up in half precision, where differences drown. */
  #gelu(x: Pointer) {
    const { mul, scaleBias, square, tanh } = this.#ggml
    const context = this.#context
    const inner = mul(context, x, scaleBias(context, square(context, x), geluScale * geluCubic, geluScale))
    const t = tanh(context, inner)
    const half = scaleBias(context, t, 0.5, 0.5)
    return { t, half, result: mul(context, x, half) }
  }

  #geluBack(gradient: Pointer, x: Pointer): Pointer {
    const { add, mul, scaleBias, square } = this.#ggml
    const context = this.#context
    const { t, half } = this.#gelu(x)
    const rising = scaleBias(context, square(context, t), -0.5, 0.5)
    const slope = scaleBias(context, square(context, x), 3 * geluScale * geluCubic, geluScale)
    return mul(context, gradient, add(context, half, mul(context, mul(context, x, rising), slope)))
  }

  #permuted(tensor: Pointer, [x, y, z]: Shape): Pointer {
    return this.#ggml.contiguous(this.#context, this.#ggml.permute(this.#context, tensor, [x, y, z, 3]))
  }

  #columns(tensor: Pointer, rows: number, from: number, count: number): Pointer {
    return this.#ggml.viewRows(this.#context, tensor, rows, count, 4 * rows, 4 * rows * from)
  }

  #joined(tensors: readonly Pointer[]): Pointer {
    return tensors.reduce((joined, tensor) => this.#ggml.concat(this.#context, joined, tensor, 1))
  }
}

function inverse(axes: Shape): Shape {
  return [axes.indexOf(0), axes.indexOf(1), axes.indexOf(2)]
}
