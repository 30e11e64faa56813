/** Graphics processors that the loaded backends found. */
import type { LibraryHandle } from 'koffi'

export interface Device {
  /** Such as `Vulkan0`. */
  readonly name: string
  readonly description: string
  /** Bytes, as the driver says them. */
  readonly free: number
  readonly total: number
}

/** `ggml_backend_dev_type`: a graphics processor of its own, or one that shares the processor's memory. */
const graphics: readonly number[] = [1, 2]

/** Lists them anew at every call: free memory changes. */
export function deviceList(base: LibraryHandle, ggml: LibraryHandle): () => Device[] {
  const count: () => number = ggml.func('size_t ggml_backend_dev_count()')
  const get: (index: number) => bigint = ggml.func('void *ggml_backend_dev_get(size_t)')
  const type: (device: bigint) => number = base.func('int ggml_backend_dev_type(void *)')
  const name: (device: bigint) => string = base.func('const char *ggml_backend_dev_name(void *)')
  const description: (device: bigint) => string = base.func('const char *ggml_backend_dev_description(void *)')
  const memory: (device: bigint, free: BigUint64Array, total: BigUint64Array) => void = base.func(
    'void ggml_backend_dev_memory(void *, _Out_ size_t *, _Out_ size_t *)',
  )
  return () =>
    Array.from({ length: count() }, (_, index) => get(index))
      .filter(device => graphics.includes(type(device)))
      .map(device => {
        const free = new BigUint64Array(1)
        const total = new BigUint64Array(1)
        memory(device, free, total)
        return {
          name: name(device),
          description: description(device),
          free: Number(free[0]),
          total: Number(total[0]),
        }
      })
}
