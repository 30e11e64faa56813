/**
 * The weights that llama.cpp reads where they lie in the mapped file, found in the graph of one token. Whoever computes with
 * them beside llama.cpp needs no copy of them.
 */
import type { Llama, Pointer } from '../../native/llama.ts'
import { bufferOf, operationOf } from '../../native/tensor.ts'
import type { GraphNode } from './graph.ts'

/** What llama.cpp calls a buffer over the file itself; weights that it laid out anew lie in others. */
const mapped = 'CPU_Mapped'

/** Tensors by their names in the file. */
export function mappedWeights(
  nodes: readonly GraphNode[],
  { operations, tensorName, bufferName }: Pick<Llama, 'operations' | 'tensorName' | 'bufferName'>,
): ReadonlyMap<string, Pointer> {
  const sources = new Set(nodes.flatMap(node => node.sources))
  const isMapped = (tensor: Pointer) => {
    if (operationOf(tensor) !== operations.none) return false
    const buffer = bufferOf(tensor)
    return buffer !== 0n && bufferName(buffer) === mapped
  }
  return new Map([...sources].filter(isMapped).map(tensor => [tensorName(tensor), tensor]))
}
