/**
 * The blocks above one layer and what turns their last state into logits, as a graph that can be walked back: from states
 * of that layer to the log-probability of target tokens, and from there to the gradient by those states.
 *
 * What is trained changes the states before they come here, so the same tail serves every edit.
 */
import { PlimsollError } from '../errors.ts'
import type { Ggml } from '../native/ggml.ts'
import type { Pointer } from '../native/pointer.ts'
import { type Architecture, architectureOf } from './architecture.ts'
import { blockGraph, type Packing } from './block.ts'
import { headGraph, type TargetPart, targetsAtOnce } from './head.ts'
import type { TailSource } from './source.ts'
import { type BackwardType, type Node, rowsAtOnce, Tape } from './tape.ts'
import { TailWeights, type Weight } from './weights.ts'

/** Sequences one behind the other; none sees another. */
export interface PackedBatch {
  /** Tokens of each sequence. */
  readonly lengths: readonly number[]
  /** States of the tail's layer: tokens × width, row-major. */
  readonly states: Float32Array
  /** Token `target` is predicted at row `row` of the states. */
  readonly targets: readonly { readonly row: number; readonly target: number }[]
}

export interface TailResult {
  /** −ln p of every target, in their order. */
  readonly losses: Float64Array
  /** Of the sum of the losses by the states, tokens × width; null where it was not asked for. */
  readonly gradient: Float32Array | null
}

export interface TailMachine {
  readonly ggml: Ggml
  readonly readTensor: (tensor: Pointer, into: Float32Array, offset: number, bytes: number) => void
  readonly backend: Pointer
  readonly backward: BackwardType
  /** Weights that already lie in memory as in the file, by name; they outlive the tail. */
  readonly mapped: ReadonlyMap<string, Pointer>
}

/** Below it a probability is not told from 0 in single precision. */
const leastProbability = 1.2e-38
/** Generous: a block takes about 60 nodes forward and twice as many back, and some for each sequence of its attention. */
const nodesPerBlock = 300
const nodesPerSequence = 80
const nodesPerPart = 400
const nodesPerPiece = 10
/** `GGML_STATUS_ABORTED` */
const stopped = 1

export class Tail implements Disposable {
  readonly architecture: Architecture
  readonly #layer: number
  readonly #machine: TailMachine
  readonly #weights: TailWeights
  readonly #allocator: Pointer

  /**
   * @param layer whose states go in; −1 for the input of the first block
   * @throws PlimsollError `model-unsupported`, `out-of-memory`
   */
  constructor(machine: TailMachine, source: TailSource, layer: number) {
    this.architecture = architectureOf(source)
    this.#machine = machine
    this.#layer = layer
    this.#weights = new TailWeights(machine, source, layer)
    this.#allocator = machine.ggml.newAllocator(machine.backend)
  }

  /** Bytes of weights and of the largest graph so far. */
  get bytes(): number {
    return this.#weights.bytes + this.#machine.ggml.allocatedBytes(this.#allocator)
  }

  /** @throws PlimsollError `cancelled`, `out-of-memory` */
  run(batch: PackedBatch, wants: 'loss' | 'gradient'): TailResult {
    const { ggml } = this.#machine
    const nodes = this.#mostNodes(batch)
    const context = ggml.newContext(nodes)
    try {
      const { probabilities, gradient, inputs } = this.#build(context, batch, wants)
      const graph = ggml.newGraph(context, nodes)
      for (const tensor of gradient === null ? probabilities : [...probabilities, gradient]) {
        ggml.markOutput(tensor)
        ggml.expandGraph(graph, tensor)
      }
      this.#compute(graph, inputs, batch.states.length / this.architecture.width)
      const counts = partsOf(batch.targets).map(part => part.length)
      const found = probabilities.flatMap((tensor, i) => Array.from(this.#read(tensor, counts[i] ?? 0)))
      return {
        losses: Float64Array.from(found, probability => -Math.log(Math.max(probability, leastProbability))),
        gradient: gradient === null ? null : this.#read(gradient, batch.states.length),
      }
    } finally {
      ggml.freeContext(context)
    }
  }

  #build(context: Pointer, { lengths, states, targets }: PackedBatch, wants: 'loss' | 'gradient') {
    const { ggml, backward } = this.#machine
    const { width, layers, epsilon, logitCap } = this.architecture
    const inputs = new Inputs(ggml, context)
    const tape = new Tape(ggml, context, backward)
    const tokens = states.length / width
    const entry: Node = { tensor: inputs.add(states, [width, tokens]), shape: [width, tokens, 1] }
    const packing: Packing = {
      lengths,
      positions: () => inputs.positions(lengths),
      maskOf: (length, window) => inputs.mask(length, window),
    }
    let state = entry
    for (let layer = this.#layer + 1; layer < layers; layer++)
      state = blockGraph(tape, this.architecture, this.#weights, layer, packing, state)
    const picked = tape.pick(state, inputs.rows(targets), targets.length)
    const normed = tape.norm(picked, this.#weights.get('output_norm.weight'), epsilon)
    const parts = partsOf(targets).map(part => inputs.part(part, this.#output.shape[1], wants))
    const head = headGraph({ ggml, context, tape }, this.#output, normed, parts, logitCap)
    if (head.gradient !== null) tape.backward(normed, head.gradient)
    const gradient = head.gradient === null ? null : tape.gradientOf(entry)
    return { probabilities: head.probabilities, gradient, inputs }
  }

  #compute(graph: Pointer, inputs: Inputs, tokens: number): void {
    const { ggml, backend } = this.#machine
    if (!ggml.allocateGraph(this.#allocator, graph))
      throw new PlimsollError('out-of-memory', 'There is too little memory for a training step', {
        found: `no room for ${tokens} tokens at once`,
        fix: 'Take shorter answers or prompts, or a smaller model.',
      })
    inputs.write()
    const code = ggml.compute(backend, graph)
    if (code === stopped) throw new PlimsollError('cancelled', 'The call was cancelled')
    if (code !== 0)
      throw new PlimsollError('internal', 'A training step could not be computed', { found: `code ${code}` })
  }

  #read(tensor: Pointer, count: number): Float32Array {
    const values = new Float32Array(count)
    this.#machine.readTensor(tensor, values, 0, values.byteLength)
    return values
  }

  get #output(): Weight {
    return this.#weights.find('output.weight') ?? this.#weights.get('token_embd.weight')
  }

  #mostNodes({ lengths, targets }: PackedBatch): number {
    const blocks = this.architecture.layers - this.#layer
    const ofLast = this.#weights.ofBlock(this.architecture.layers - 1)
    const ofBlock = nodesPerBlock + nodesPerPiece * sum(ofLast.map(piecesOf)) + nodesPerSequence * lengths.length
    return blocks * ofBlock + partsOf(targets).length * (nodesPerPart + nodesPerPiece * piecesOf(this.#output))
  }

  [Symbol.dispose](): void {
    this.#machine.ggml.freeAllocator(this.#allocator)
    this.#weights[Symbol.dispose]()
  }
}

/**
 * Tensors that are filled before the computation. Each is made when the graph first needs it: one that no operator reads
 * gets no memory, and writing there ends the process.
 */
class Inputs {
  readonly #ggml: Ggml
  readonly #context: Pointer
  readonly #filled: { readonly tensor: Pointer; readonly values: Float32Array | Int32Array }[] = []
  readonly #masks = new Map<string, Pointer>()
  #positions: Pointer | null = null

  constructor(ggml: Ggml, context: Pointer) {
    this.#ggml = ggml
    this.#context = context
  }

  add(values: Float32Array | Int32Array, shape: readonly number[]): Pointer {
    const { f32, i32 } = this.#ggml.types
    const tensor = this.#ggml.newTensor(this.#context, values instanceof Float32Array ? f32 : i32, shape)
    this.#ggml.markInput(tensor)
    this.#filled.push({ tensor, values })
    return tensor
  }

  positions(lengths: readonly number[]): Pointer {
    this.#positions ??= this.#integers(lengths.flatMap(length => Array.from({ length }, (_, i) => i)))
    return this.#positions
  }

  rows(targets: PackedBatch['targets']): Pointer {
    return this.#integers(targets.map(({ row }) => row))
  }

  part(targets: PackedBatch['targets'], vocabulary: number, wants: 'loss' | 'gradient'): TargetPart {
    return {
      count: targets.length,
      tokens: wants === 'gradient' ? this.#integers(targets.map(({ target }) => target)) : null,
      places: this.#integers(targets.map(({ target }, i) => i * vocabulary + target)),
    }
  }

  /** A token sees itself and those before it, as far as the window reaches. */
  mask(length: number, window: number): Pointer {
    const reach = Math.min(window, length)
    const key = `${length} ${reach}`
    const known = this.#masks.get(key)
    if (known !== undefined) return known
    const values = new Float32Array(length * length)
    for (let query = 0; query < length; query++)
      for (let token = 0; token < length; token++)
        if (token > query || token <= query - reach) values[query * length + token] = Number.NEGATIVE_INFINITY
    const mask = this.add(values, [length, length])
    this.#masks.set(key, mask)
    return mask
  }

  #integers(values: readonly number[]): Pointer {
    return this.add(Int32Array.from(values), [values.length])
  }

  write(): void {
    for (const { tensor, values } of this.#filled) this.#ggml.write(tensor, values, 0, values.byteLength)
  }
}

/** In how many pieces the gradient goes back through a weight. */
function piecesOf({ shape: [columns, rows] }: Weight): number {
  return Math.ceil(rows / rowsAtOnce(columns))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function partsOf(targets: PackedBatch['targets']): PackedBatch['targets'][] {
  return Array.from({ length: Math.ceil(targets.length / targetsAtOnce) }, (_, i) =>
    targets.slice(i * targetsAtOnce, (i + 1) * targetsAtOnce),
  )
}
