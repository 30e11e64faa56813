/** llama.cpp's C API as far as Plimsoll needs it. Only ever loaded in the engine's worker thread. */
import { basename } from 'node:path'
import koffi, { type LibraryHandle } from 'koffi'
import { PlimsollError } from '../errors.ts'
import { checkAbi } from './abi.ts'
import { type Device, deviceList } from './devices.ts'
import { type Ggml, ggmlFunctions } from './ggml.ts'
import { type GrammarFunctions, grammarFunctions } from './grammar.ts'
import { findLibrary, type LibraryFiles, packageVersion, supportedRelease } from './library.ts'
import type { Pointer } from './pointer.ts'
import {
  AbortCallback,
  type Batch,
  type ContextParams,
  LogCallback,
  type ModelParams,
  type ThreadPoolParams,
} from './structs.ts'
import { type Operations, tensorOperations } from './tensor.ts'

export type { Pointer } from './pointer.ts'

export interface Llama extends GrammarFunctions {
  readonly files: LibraryFiles
  /** What llama.cpp logged last at level warning or error, oldest first. */
  readonly complaints: string[]
  /** Hears every line that is logged from now on, at whatever level. */
  readonly listen: (hear: (line: string) => void) => void
  readonly version: () => string
  readonly modelDefaults: () => ModelParams
  readonly contextDefaults: () => ContextParams
  readonly loadModel: (file: string, params: ModelParams) => Pointer | null
  readonly freeModel: (model: Pointer) => void
  readonly newContext: (model: Pointer, params: ContextParams) => Pointer | null
  readonly freeContext: (context: Pointer) => void
  readonly width: (model: Pointer) => number
  readonly layers: (model: Pointer) => number
  readonly heads: (model: Pointer) => number
  /** Whether some or all layers keep a state of what came before, in place of keys and values of every token. */
  readonly isRecurrent: (model: Pointer) => boolean
  readonly isHybrid: (model: Pointer) => boolean
  readonly contextLength: (model: Pointer) => number
  readonly parameters: (model: Pointer) => number
  readonly bytes: (model: Pointer) => number
  readonly describe: (model: Pointer, buffer: Uint8Array, size: number) => number
  readonly metadata: (model: Pointer, key: string, buffer: Uint8Array, size: number) => number
  readonly chatTemplate: (model: Pointer, name: null) => string | null
  readonly vocabulary: (model: Pointer) => Pointer
  readonly vocabularySize: (vocabulary: Pointer) => number
  readonly bos: (vocabulary: Pointer) => number
  readonly eos: (vocabulary: Pointer) => number
  readonly addsBos: (vocabulary: Pointer) => boolean
  readonly isEndOfGeneration: (vocabulary: Pointer, token: number) => boolean
  readonly tokenize: (
    vocabulary: Pointer,
    text: Uint8Array,
    length: number,
    tokens: Int32Array | null,
    max: number,
    addSpecial: boolean,
    parseSpecial: boolean,
  ) => number
  readonly piece: (
    vocabulary: Pointer,
    token: number,
    buffer: Uint8Array,
    size: number,
    lstrip: number,
    special: boolean,
  ) => number
  readonly newBatch: (tokens: number, embedding: number, sequences: number) => Batch
  readonly freeBatch: (batch: Batch) => void
  /** 0 done, 1 no room in the cache, 2 aborted, negative: error. */
  readonly decode: (context: Pointer, batch: Batch) => number
  readonly logits: (context: Pointer, index: number) => Pointer | null
  readonly memory: (context: Pointer) => Pointer
  readonly clear: (memory: Pointer, data: boolean) => void
  readonly removeSequence: (memory: Pointer, sequence: number, from: number, to: number) => boolean
  readonly copySequence: (memory: Pointer, source: number, target: number, from: number, to: number) => void
  readonly attachThreadPool: (context: Pointer, pool: Pointer, batchPool: Pointer) => void
  /** Asked before every node on the CPU whether to stop; null asks nobody. */
  readonly setAbort: (context: Pointer, callback: Pointer | null, data: null) => void
  readonly newThreadPool: (threads: number) => Pointer
  readonly freeThreadPool: (pool: Pointer) => void
  readonly devices: () => Device[]
  /** null where the file is none, or of another model. Freed with the model. */
  readonly loadAdapter: (model: Pointer, file: string) => Pointer | null
  readonly freeAdapter: (adapter: Pointer) => void
  readonly setAdapters: (context: Pointer, adapters: readonly Pointer[], count: number, scales: Float32Array) => number
  /** Layers 1 to the last, one row each; null takes the vector away. 0 = done. */
  readonly setControlVector: (
    context: Pointer,
    data: Float32Array | null,
    length: number,
    width: number,
    firstLayer: number,
    lastLayer: number,
  ) => number
  /** Bound when first asked for: only training builds graphs. */
  readonly ggml: () => Ggml
  readonly operations: Operations
  readonly tensorName: (tensor: Pointer) => string
  /** Such as `CPU_Mapped` for data that lies in a mapped file. */
  readonly bufferName: (buffer: Pointer) => string
  readonly tensorElements: (tensor: Pointer) => number
  readonly readTensor: (tensor: Pointer, into: Float32Array, offset: number, bytes: number) => void
  readonly writeTensor: (tensor: Pointer, from: Float32Array, offset: number, bytes: number) => void
}

const keptComplaints = 40

/**
 * Loads the libraries, picks the CPU variant, checks the ABI.
 * @throws PlimsollError `library-missing`, `library-mismatch`
 */
export function loadLlama(wanted: 'any' | 'cpu' = 'any'): Llama {
  const files = findLibrary(wanted)
  try {
    return load(files)
  } catch (cause) {
    if (cause instanceof PlimsollError) throw cause
    throw new PlimsollError('library-mismatch', 'The llama.cpp libraries could not be loaded', {
      found: cause instanceof Error ? cause.message : String(cause),
      expected: `the libraries of release ${supportedRelease}, on a system that they were built for`,
      where: files.folder,
      fix: `Run: npm install --force @node-llama-cpp/${basename(files.folder)}@${packageVersion}`,
      cause,
    })
  }
}

function load(files: LibraryFiles): Llama {
  // The order matters, and symbols are shared: llama needs ggml, which needs ggml-base.
  const base = koffi.load(files.ggmlBase, { global: true })
  const ggml = koffi.load(files.ggml, { global: true })
  const llama = koffi.load(files.llama, { global: true })

  const complaints: string[] = []
  let hear: ((line: string) => void) | undefined
  const log = koffi.register((level: number, text: string) => {
    hear?.(text)
    if (level < 3 || text.trim() === '.') return
    complaints.push(text.trim())
    if (complaints.length > keptComplaints) complaints.shift()
  }, koffi.pointer(LogCallback))
  base.func('ggml_log_set', 'void', [koffi.pointer(LogCallback), 'void *'])(log, null)
  llama.func('llama_log_set', 'void', [koffi.pointer(LogCallback), 'void *'])(log, null)
  const loadBackends = ggml.func('void ggml_backend_load_all_from_path(const char *)')
  for (const folder of files.backends) loadBackends(folder)
  llama.func('void llama_backend_init()')()

  let graphs: Ggml | undefined
  const api: Llama = {
    files,
    complaints,
    listen: listener => {
      hear = listener
    },
    version: llama.func('const char *llama_version()'),
    modelDefaults: llama.func('llama_model_params llama_model_default_params()'),
    contextDefaults: llama.func('llama_context_params llama_context_default_params()'),
    loadModel: llama.func('void *llama_model_load_from_file(const char *, llama_model_params)'),
    freeModel: llama.func('void llama_model_free(void *)'),
    newContext: llama.func('void *llama_init_from_model(void *, llama_context_params)'),
    freeContext: llama.func('void llama_free(void *)'),
    width: llama.func('int32_t llama_model_n_embd(void *)'),
    layers: llama.func('int32_t llama_model_n_layer(void *)'),
    isRecurrent: llama.func('bool llama_model_is_recurrent(void *)'),
    isHybrid: llama.func('bool llama_model_is_hybrid(void *)'),
    heads: llama.func('int32_t llama_model_n_head(void *)'),
    contextLength: llama.func('int32_t llama_model_n_ctx_train(void *)'),
    parameters: llama.func('uint64_t llama_model_n_params(void *)'),
    bytes: llama.func('uint64_t llama_model_size(void *)'),
    describe: llama.func('int32_t llama_model_desc(void *, _Out_ uint8_t *, size_t)'),
    metadata: llama.func('int32_t llama_model_meta_val_str(void *, const char *, _Out_ uint8_t *, size_t)'),
    chatTemplate: llama.func('const char *llama_model_chat_template(void *, const char *)'),
    vocabulary: llama.func('void *llama_model_get_vocab(void *)'),
    vocabularySize: llama.func('int32_t llama_vocab_n_tokens(void *)'),
    bos: llama.func('int32_t llama_vocab_bos(void *)'),
    eos: llama.func('int32_t llama_vocab_eos(void *)'),
    addsBos: llama.func('bool llama_vocab_get_add_bos(void *)'),
    isEndOfGeneration: llama.func('bool llama_vocab_is_eog(void *, int32_t)'),
    tokenize: llama.func(
      'int32_t llama_tokenize(void *, const uint8_t *, int32_t, _Out_ int32_t *, int32_t, bool, bool)',
    ),
    piece: llama.func('int32_t llama_token_to_piece(void *, int32_t, _Out_ uint8_t *, int32_t, int32_t, bool)'),
    newBatch: llama.func('llama_batch llama_batch_init(int32_t, int32_t, int32_t)'),
    freeBatch: llama.func('void llama_batch_free(llama_batch)'),
    decode: llama.func('int32_t llama_decode(void *, llama_batch)'),
    logits: llama.func('void *llama_get_logits_ith(void *, int32_t)'),
    memory: llama.func('void *llama_get_memory(void *)'),
    clear: llama.func('void llama_memory_clear(void *, bool)'),
    removeSequence: llama.func('bool llama_memory_seq_rm(void *, int32_t, int32_t, int32_t)'),
    copySequence: llama.func('void llama_memory_seq_cp(void *, int32_t, int32_t, int32_t, int32_t)'),
    attachThreadPool: llama.func('void llama_attach_threadpool(void *, void *, void *)'),
    setAbort: llama.func('llama_set_abort_callback', 'void', ['void *', koffi.pointer(AbortCallback), 'void *']),
    ...threadPools(base, ggml),
    devices: deviceList(base, ggml),
    loadAdapter: llama.func('void *llama_adapter_lora_init(void *, const char *)'),
    freeAdapter: llama.func('void llama_adapter_lora_free(void *)'),
    setAdapters: llama.func('int32_t llama_set_adapters_lora(void *, void **, size_t, float *)'),
    setControlVector: llama.func(
      'int32_t llama_set_adapter_cvec(void *, const float *, size_t, int32_t, int32_t, int32_t)',
    ),
    ...grammarFunctions(llama),
    ggml: () => {
      graphs ??= ggmlFunctions(base, ggml)
      return graphs
    },
    operations: tensorOperations(base),
    tensorName: base.func('const char *ggml_get_name(void *)'),
    bufferName: base.func('const char *ggml_backend_buffer_name(void *)'),
    tensorElements: base.func('int64_t ggml_nelements(void *)'),
    readTensor: base.func('void ggml_backend_tensor_get(void *, _Out_ float *, size_t, size_t)'),
    writeTensor: base.func('void ggml_backend_tensor_set(void *, const float *, size_t, size_t)'),
  }
  checkAbi(api)
  return api
}

/** The thread pool lives in the CPU backend's own library, which was picked at run time: ask the registry for it. */
function threadPools(base: LibraryHandle, ggml: LibraryHandle) {
  const cpu: Pointer | null = ggml.func('void *ggml_backend_reg_by_name(const char *)')('CPU')
  if (cpu === null) throw new Error('there is no library for any processor (ggml-cpu)')
  const symbol = base.func('void *ggml_backend_reg_get_proc_address(void *, const char *)')
  const create: Pointer = symbol(cpu, 'ggml_threadpool_new')
  const destroy: Pointer = symbol(cpu, 'ggml_threadpool_free')
  const Create = koffi.proto('void *PlimsollThreadPoolNew(ggml_threadpool_params *)')
  const Destroy = koffi.proto('void PlimsollThreadPoolFree(void *)')
  const defaults: (threads: number) => ThreadPoolParams = base.func(
    'ggml_threadpool_params ggml_threadpool_params_default(int)',
  )
  return {
    newThreadPool: (threads: number): Pointer => koffi.call(create, Create, { ...defaults(threads), poll: 50 }),
    freeThreadPool: (pool: Pointer): void => koffi.call(destroy, Destroy, pool),
  }
}
