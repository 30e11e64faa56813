/**
 * ggml's own interface, as far as a graph that Plimsoll builds itself needs it (ggml/include/ggml.h, ggml-alloc.h,
 * ggml-backend.h of release v0.5.0). Operators abort on shapes that do not fit: only ever called in the engine process.
 */
import koffi, { type LibraryHandle } from 'koffi'
import type { Pointer } from './pointer.ts'
import { AbortCallback } from './structs.ts'

/** Rotary positions and how they are stretched; YaRN's four stay at what ggml calls "none". */
export interface Rotation {
  /** Values of a head that are turned. */
  readonly dimensions: number
  /** ggml's mode: 0 pairs neighbours, 2 pairs halves. */
  readonly mode: 0 | 2
  readonly base: number
  readonly scale: number
}

/** Operators take the context first; the comments name what is not obvious. */
export interface Ggml {
  readonly types: typeof tensorTypes
  /** A context for so many tensors, whose data lies elsewhere. */
  readonly newContext: (tensors: number) => Pointer
  readonly freeContext: (context: Pointer) => void
  /** Fastest-running dimension first. */
  readonly newTensor: (context: Pointer, type: number, shape: readonly number[]) => Pointer
  readonly markInput: (tensor: Pointer) => void
  readonly markOutput: (tensor: Pointer) => void
  readonly add: (context: Pointer, a: Pointer, b: Pointer) => Pointer
  readonly mul: (context: Pointer, a: Pointer, b: Pointer) => Pointer
  readonly scale: (context: Pointer, a: Pointer, by: number) => Pointer
  /** a·by + bias */
  readonly scaleBias: (context: Pointer, a: Pointer, by: number, bias: number) => Pointer
  readonly square: (context: Pointer, a: Pointer) => Pointer
  readonly tanh: (context: Pointer, a: Pointer) => Pointer
  readonly silu: (context: Pointer, a: Pointer) => Pointer
  readonly siluBack: (context: Pointer, gradient: Pointer, a: Pointer) => Pointer
  readonly rmsNorm: (context: Pointer, a: Pointer, epsilon: number) => Pointer
  readonly rmsNormBack: (context: Pointer, gradient: Pointer, a: Pointer, epsilon: number) => Pointer
  /** aᵀ·b: [k, m] and [k, n] → [m, n] */
  readonly matrixProduct: (context: Pointer, a: Pointer, b: Pointer) => Pointer
  /** Softmax of scale·a + mask along the first dimension. */
  readonly softmax: (context: Pointer, a: Pointer, mask: Pointer | null, scale: number, bias: 0) => Pointer
  readonly rotate: (context: Pointer, a: Pointer, positions: Pointer, factors: Pointer | null, by: Rotation) => Pointer
  readonly rotateBack: (
    context: Pointer,
    gradient: Pointer,
    positions: Pointer,
    factors: Pointer | null,
    by: Rotation,
  ) => Pointer
  readonly getRows: (context: Pointer, a: Pointer, rows: Pointer) => Pointer
  /** Rows of the gradient added to where they were taken from, in the shape of `like`. */
  readonly getRowsBack: (context: Pointer, gradient: Pointer, rows: Pointer, like: Pointer) => Pointer
  /** Along the first dimension, which becomes 1. */
  readonly sumRows: (context: Pointer, a: Pointer) => Pointer
  /** Along a dimension. */
  readonly concat: (context: Pointer, a: Pointer, b: Pointer, dimension: 1) => Pointer
  readonly transpose: (context: Pointer, a: Pointer) => Pointer
  readonly contiguous: (context: Pointer, a: Pointer) => Pointer
  /** In another type, and contiguous. */
  readonly cast: (context: Pointer, a: Pointer, type: number) => Pointer
  readonly reshape: (context: Pointer, a: Pointer, shape: readonly [number, number, number]) => Pointer
  readonly permute: (context: Pointer, a: Pointer, axes: readonly [number, number, number, number]) => Pointer
  /** Rows of a matrix, from the byte at `offset`, `stride` bytes apart. */
  readonly viewRows: (
    context: Pointer,
    a: Pointer,
    columns: number,
    rows: number,
    stride: number,
    offset: number,
  ) => Pointer
  readonly newGraph: (context: Pointer, nodes: number) => Pointer
  readonly expandGraph: (graph: Pointer, tensor: Pointer) => void
  /** Memory for all tensors of a context that have none; null where there is too little. */
  readonly allocateTensors: (context: Pointer, backend: Pointer) => Pointer | null
  readonly freeBuffer: (buffer: Pointer) => void
  readonly newAllocator: (backend: Pointer) => Pointer
  readonly freeAllocator: (allocator: Pointer) => void
  /** Memory for a graph, reused along the way; false where there is too little. */
  readonly allocateGraph: (allocator: Pointer, graph: Pointer) => boolean
  readonly allocatedBytes: (allocator: Pointer) => number
  /** The processor, with its threads. */
  readonly newProcessor: (threads: number, pool: Pointer, abort: Pointer | null) => Pointer
  readonly freeBackend: (backend: Pointer) => void
  /** 0 done, 1 stopped by `abort`, negative: error. */
  readonly compute: (backend: Pointer, graph: Pointer) => number
  readonly write: (tensor: Pointer, from: Uint8Array | Float32Array | Int32Array, offset: number, bytes: number) => void
}

export const tensorTypes = { f32: 0, i32: 26, bf16: 30 } as const
/** `GGML_BACKEND_DEVICE_TYPE_CPU` */
const processorDevice = 0

export function ggmlFunctions(base: LibraryHandle, ggml: LibraryHandle): Ggml {
  const operator = (name: string, ...rest: string[]) =>
    base.func(`void *ggml_${name}(${['void *', 'void *', ...rest].join(', ')})`)
  const tensorBytes = Number(base.func('size_t ggml_tensor_overhead()')())
  const graphBytes = base.func('size_t ggml_graph_overhead_custom(size_t, bool)')
  const init = base.func('void *ggml_init(ggml_init_params)')
  const newTensor = base.func('void *ggml_new_tensor(void *, int, int, const int64_t *)')
  const reshape = operator('reshape_3d', 'int64_t', 'int64_t', 'int64_t')
  const permute = operator('permute', 'int', 'int', 'int', 'int')
  const newGraph = base.func('void *ggml_new_graph_custom(void *, size_t, bool)')
  const bufferType = base.func('void *ggml_backend_get_default_buffer_type(void *)')
  const bufferSize = base.func('size_t ggml_gallocr_get_buffer_size(void *, int)')
  const newAllocator = base.func('void *ggml_gallocr_new(void *)')
  const turn = (name: string) => {
    const call = operator(name, 'void *', 'void *', 'int', 'int', 'int', ...new Array<string>(6).fill('float'))
    return (context: Pointer, a: Pointer, positions: Pointer, factors: Pointer | null, by: Rotation): Pointer =>
      call(context, a, positions, factors, by.dimensions, by.mode, 0, by.base, by.scale, 0, 1, 32, 1)
  }
  return {
    types: tensorTypes,
    newContext: tensors =>
      init({
        // A graph takes a few words for each of its nodes, twice over for its hash table.
        mem_size: tensors * tensorBytes + Number(graphBytes(tensors, false)),
        mem_buffer: null,
        no_alloc: true,
      }),
    freeContext: base.func('void ggml_free(void *)'),
    newTensor: (context, type, shape) =>
      newTensor(
        context,
        type,
        shape.length,
        BigInt64Array.from(shape, value => BigInt(value)),
      ),
    markInput: base.func('void ggml_set_input(void *)'),
    markOutput: base.func('void ggml_set_output(void *)'),
    add: operator('add', 'void *'),
    mul: operator('mul', 'void *'),
    scale: operator('scale', 'float'),
    scaleBias: operator('scale_bias', 'float', 'float'),
    square: operator('sqr'),
    tanh: operator('tanh'),
    silu: operator('silu'),
    siluBack: operator('silu_back', 'void *'),
    rmsNorm: operator('rms_norm', 'float'),
    rmsNormBack: operator('rms_norm_back', 'void *', 'float'),
    matrixProduct: operator('mul_mat', 'void *'),
    softmax: operator('soft_max_ext', 'void *', 'float', 'float'),
    sumRows: operator('sum_rows'),
    rotate: turn('rope_ext'),
    rotateBack: turn('rope_ext_back'),
    getRows: operator('get_rows', 'void *'),
    getRowsBack: operator('get_rows_back', 'void *', 'void *'),
    concat: operator('concat', 'void *', 'int'),
    transpose: operator('transpose'),
    contiguous: operator('cont'),
    cast: operator('cast', 'int'),
    reshape: (context, a, [x, y, z]) => reshape(context, a, x, y, z),
    permute: (context, a, [x, y, z, w]) => permute(context, a, x, y, z, w),
    viewRows: operator('view_2d', 'int64_t', 'int64_t', 'size_t', 'size_t'),
    newGraph: (context, nodes) => newGraph(context, nodes, false),
    expandGraph: base.func('void ggml_build_forward_expand(void *, void *)'),
    allocateTensors: base.func('void *ggml_backend_alloc_ctx_tensors(void *, void *)'),
    freeBuffer: base.func('void ggml_backend_buffer_free(void *)'),
    newAllocator: backend => newAllocator(bufferType(backend)),
    freeAllocator: base.func('void ggml_gallocr_free(void *)'),
    allocateGraph: base.func('bool ggml_gallocr_alloc_graph(void *, void *)'),
    allocatedBytes: allocator => Number(bufferSize(allocator, 0)),
    ...processor(base, ggml),
    freeBackend: base.func('void ggml_backend_free(void *)'),
    compute: base.func('int ggml_backend_graph_compute(void *, void *)'),
    write: base.func('void ggml_backend_tensor_set(void *, const void *, size_t, size_t)'),
  }
}

const SetThreads = koffi.proto('void PlimsollSetThreads(void *, int)')
const SetPool = koffi.proto('void PlimsollSetPool(void *, void *)')
const SetAbort = koffi.proto('void PlimsollSetAbort(void *backend, void *callback, void *data)')

/** Left to itself the backend takes a thread for every processor that the machine has, and they wait for each other. */
function processor(base: LibraryHandle, ggml: LibraryHandle): Pick<Ggml, 'newProcessor'> {
  const init = ggml.func('void *ggml_backend_init_by_type(int, const char *)')
  const registry: Pointer | null = ggml.func('void *ggml_backend_reg_by_name(const char *)')('CPU')
  const symbol = base.func('void *ggml_backend_reg_get_proc_address(void *, const char *)')
  return {
    newProcessor: (threads, pool, abort) => {
      const backend: Pointer = init(processorDevice, null)
      koffi.call(symbol(registry, 'ggml_backend_set_n_threads'), SetThreads, backend, threads)
      koffi.call(symbol(registry, 'ggml_backend_cpu_set_threadpool'), SetPool, backend, pool)
      koffi.call(symbol(registry, 'ggml_backend_set_abort_callback'), SetAbort, backend, abort, null)
      return backend
    },
  }
}

/** Asked before every node whether to stop; freed with `koffi.unregister`. */
export function abortCallback(stop: () => boolean): Pointer {
  return koffi.register(stop, koffi.pointer(AbortCallback))
}
