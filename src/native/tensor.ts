/** A tensor of ggml's as it lies in memory: what it is computed from, and how large it is. */
import koffi, { type LibraryHandle } from 'koffi'
import { PlimsollError } from '../errors.ts'
import { supportedRelease } from './library.ts'

type Pointer = bigint

/** Bytes, from `struct ggml_tensor` of release v0.5.0 (ggml/include/ggml.h). */
const offset = { buffer: 8, ne: 16, op: 80, src: 152, name: 256 } as const
const dimensions = 4
const sources = 10
/** As much of the struct as is read. */
const readBytes = offset.src + 8 * sources

export interface TensorNode {
  readonly address: Pointer
  /** ggml's number of the operation; see `Operations`. */
  readonly operation: number
  readonly sources: readonly Pointer[]
  /** Fastest-running dimension first. */
  readonly shape: readonly number[]
}

/** ggml's numbers of the operations that a graph is recognised by. */
export interface Operations {
  /** Of weights and inputs: not computed. */
  readonly none: number
  readonly add: number
  readonly multiply: number
  readonly scale: number
  readonly matrixProduct: number
  readonly norm: number
  readonly rmsNorm: number
  readonly getRows: number
}

export function readTensorNode(address: Pointer): TensorNode {
  const words = new BigUint64Array(koffi.view(address, readBytes))
  return {
    address,
    operation: Number((words[offset.op / 8] ?? 0n) & 0xffff_ffffn),
    sources: Array.from(words.subarray(offset.src / 8)).filter(source => source !== 0n),
    shape: Array.from(words.subarray(offset.ne / 8, offset.ne / 8 + dimensions), Number),
  }
}

/** Whether a tensor is computed from another one. Cheap enough to be asked between two nodes of a graph. */
export function isComputedFrom(address: Pointer, source: Pointer): boolean {
  const words = new BigUint64Array(koffi.view(address + BigInt(offset.src), 16))
  return words[0] === source || words[1] === source
}

export function operationOf(address: Pointer): number {
  return new Int32Array(koffi.view(address + BigInt(offset.op), 4))[0] ?? -1
}

/** The buffer that a tensor's data lies in; 0 for none. */
export function bufferOf(address: Pointer): Pointer {
  return new BigUint64Array(koffi.view(address + BigInt(offset.buffer), 8))[0] ?? 0n
}

/**
 * Finds the numbers of the operations by their names, and makes a matrix product to see that it lies in memory as
 * declared here.
 * @throws PlimsollError `library-mismatch`
 */
export function tensorOperations(base: LibraryHandle): Operations {
  const nameOf: (operation: number) => string | null = base.func('const char *ggml_op_name(int)')
  const wanted = {
    none: 'NONE',
    add: 'ADD',
    multiply: 'MUL',
    scale: 'SCALE',
    matrixProduct: 'MUL_MAT',
    norm: 'NORM',
    rmsNorm: 'RMS_NORM',
    getRows: 'GET_ROWS',
  } as const
  const found = new Map<string, number>()
  // The names lie in a table without an end mark; all that are wanted are in its first half.
  for (let operation = 0; operation < 64; operation++) found.set(nameOf(operation) ?? '', operation)
  const number = (key: keyof Operations): number => {
    const operation = found.get(wanted[key])
    if (operation === undefined) throw mismatch(`no operation ${wanted[key]}`, wanted[key])
    return operation
  }
  const operations: Operations = {
    none: number('none'),
    add: number('add'),
    multiply: number('multiply'),
    scale: number('scale'),
    matrixProduct: number('matrixProduct'),
    norm: number('norm'),
    rmsNorm: number('rmsNorm'),
    getRows: number('getRows'),
  }
  checkLayout(base, operations)
  return operations
}

koffi.struct('ggml_init_params', { mem_size: 'size_t', mem_buffer: 'void *', no_alloc: 'bool' })

function checkLayout(base: LibraryHandle, operations: Operations): void {
  const context: Pointer = base.func('void *ggml_init(ggml_init_params)')({
    mem_size: 1 << 16,
    mem_buffer: null,
    no_alloc: true,
  })
  const matrix: (context: Pointer, type: number, columns: number, rows: number) => Pointer = base.func(
    'void *ggml_new_tensor_2d(void *, int, int64_t, int64_t)',
  )
  const a = matrix(context, 0, 3, 5)
  const b = matrix(context, 0, 3, 2)
  const product: Pointer = base.func('void *ggml_mul_mat(void *, void *, void *)')(context, a, b)
  const name: Pointer = base.func('ggml_get_name', 'uintptr_t', ['void *'])(product)
  const node = readTensorNode(product)
  base.func('void ggml_free(void *)')(context)
  const found = JSON.stringify([
    node.operation,
    node.sources.map(source => [a, b].indexOf(source)),
    node.shape,
    Number(BigInt(name) - product),
  ])
  const expected = JSON.stringify([operations.matrixProduct, [0, 1], [5, 2, 1, 1], offset.name])
  if (found !== expected) throw mismatch(`a matrix product that reads ${found}`, expected)
}

function mismatch(found: string, expected: string): PlimsollError {
  return new PlimsollError('library-mismatch', 'The llama.cpp library does not lay out its tensors as expected', {
    found,
    expected: `${expected}, as in release ${supportedRelease}`,
    fix: 'Reinstall the exact versions of package-lock.json: npm ci',
  })
}
