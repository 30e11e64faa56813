/** The graph of one batch, recorded while it is computed, and what of it says where a model's sites are. */
import type { Operations, TensorNode } from '../../native/tensor.ts'

export interface GraphNode extends TensorNode {
  readonly name: string
}

export class Graph {
  /** In the order of computation. */
  readonly nodes: readonly GraphNode[]
  readonly #operations: Operations
  readonly #operationOf: (address: bigint) => number
  readonly #byName: ReadonlyMap<string, readonly GraphNode[]>
  readonly #consumers = new Map<bigint, GraphNode[]>()

  constructor(nodes: readonly GraphNode[], operations: Operations, operationOf: (address: bigint) => number) {
    this.nodes = nodes
    this.#operations = operations
    this.#operationOf = operationOf
    this.#byName = Map.groupBy(nodes, node => node.name)
    for (const node of nodes) {
      for (const source of node.sources) {
        const known = this.#consumers.get(source)
        if (known === undefined) this.#consumers.set(source, [node])
        else known.push(node)
      }
    }
  }

  /** The last node of a name; null for none. */
  named(name: string): GraphNode | null {
    return this.#byName.get(name)?.at(-1) ?? null
  }

  /** How many nodes have a name. */
  count(name: string): number {
    return this.#byName.get(name)?.length ?? 0
  }

  /**
   * What an output matrix makes of `mixed`, scale and bias included, an adapter's share as well: the nodes on the way,
   * the last of them the result. Empty where no matrix reads it.
   */
  projection(mixed: GraphNode): GraphNode[] {
    const { matrixProduct, add, multiply, none } = this.#operations
    // Whoever follows the batch takes the first reader: nothing else may come before the matrix.
    const [product] = this.#readersOf(mixed)
    if (product?.operation !== matrixProduct) return []
    const chain = [product]
    for (;;) {
      const current = chain.at(-1) ?? product
      const [next] = this.#readersOf(current)
      if (next?.operation !== add && next?.operation !== multiply) return chain
      const other = next.sources.find(source => source !== current.address)
      if (other === undefined || (this.#operationOf(other) !== none && !this.#isAdapter(other))) return chain
      chain.push(next)
    }
  }

  /** Whether a norm reads the node before anything is added to it. */
  isNormed(node: GraphNode): boolean {
    const { norm, rmsNorm, getRows } = this.#operations
    return this.#readersOf(node).some(
      reader =>
        reader.operation === norm ||
        reader.operation === rmsNorm ||
        (reader.operation === getRows && this.isNormed(reader)),
    )
  }

  #readersOf(node: GraphNode): readonly GraphNode[] {
    return this.#consumers.get(node.address) ?? []
  }

  /** An adapter's share is a scaled product of two matrices; an embedding that was scaled is not. */
  #isAdapter(address: bigint): boolean {
    const node = this.nodes.find(candidate => candidate.address === address)
    const [source] = node?.sources ?? []
    return (
      node?.operation === this.#operations.scale &&
      source !== undefined &&
      this.#operationOf(source) === this.#operations.matrixProduct
    )
  }
}
