/**
 * Structs that llama.cpp takes and returns by value, as release v0.5.0 declares them
 * (include/llama.h, ggml/include/ggml-cpu.h). A wrong field here corrupts memory silently, so `abi.ts`
 * compares what the library returns as defaults with what its source says.
 */
import koffi from 'koffi'

export const EvalCallback = koffi.proto('bool PlimsollEval(uintptr_t tensor, bool ask, uintptr_t data)')
export const AbortCallback = koffi.proto('bool PlimsollAbort(void *data)')
export const LogCallback = koffi.proto('void PlimsollLog(int level, const char *text, void *data)')
export const ProgressCallback = koffi.proto('bool PlimsollLoadProgress(float progress, void *data)')

export interface ModelParams {
  n_gpu_layers: number
  split_mode: number
  load_mode: number
  lazy_mode: number
  main_gpu: number
  progress_callback: bigint | null
  vocab_only: boolean
  check_tensors: boolean
  use_extra_bufts: boolean
  no_host: boolean
  no_alloc: boolean
  load_mtp: boolean
}
koffi.struct('llama_model_params', {
  devices: 'void *',
  tensor_buft_overrides: 'void *',
  n_gpu_layers: 'int32_t',
  split_mode: 'int32_t',
  load_mode: 'int32_t',
  lazy_mode: 'int32_t',
  main_gpu: 'int32_t',
  tensor_split: 'void *',
  progress_callback: koffi.pointer(ProgressCallback),
  progress_callback_user_data: 'void *',
  kv_overrides: 'void *',
  vocab_only: 'bool',
  check_tensors: 'bool',
  use_extra_bufts: 'bool',
  no_host: 'bool',
  no_alloc: 'bool',
  load_mtp: 'bool',
})

export interface ContextParams {
  n_ctx: number
  n_batch: number
  n_ubatch: number
  n_seq_max: number
  n_outputs_max: number
  n_outputs_max_per_seq: number
  n_threads: number
  n_threads_batch: number
  flash_attn_type: number
  rope_freq_base: number
  yarn_ext_factor: number
  defrag_thold: number
  cb_eval: bigint | null
  type_k: number
  type_v: number
  abort_callback: bigint | null
  embeddings: boolean
  offload_kqv: boolean
  no_perf: boolean
  op_offload: boolean
  swa_full: boolean
  kv_unified: boolean
  n_samplers: number
}
koffi.struct('llama_context_params', {
  n_ctx: 'uint32_t',
  n_batch: 'uint32_t',
  n_ubatch: 'uint32_t',
  n_seq_max: 'uint32_t',
  n_rs_seq: 'uint32_t',
  n_outputs_max: 'uint32_t',
  n_outputs_max_per_seq: 'uint32_t',
  n_threads: 'int32_t',
  n_threads_batch: 'int32_t',
  ctx_type: 'int32_t',
  rope_scaling_type: 'int32_t',
  pooling_type: 'int32_t',
  attention_type: 'int32_t',
  flash_attn_type: 'int32_t',
  rope_freq_base: 'float',
  rope_freq_scale: 'float',
  yarn_ext_factor: 'float',
  yarn_attn_factor: 'float',
  yarn_beta_fast: 'float',
  yarn_beta_slow: 'float',
  yarn_orig_ctx: 'uint32_t',
  defrag_thold: 'float',
  cb_eval: koffi.pointer(EvalCallback),
  cb_eval_user_data: 'void *',
  type_k: 'int32_t',
  type_v: 'int32_t',
  abort_callback: koffi.pointer(AbortCallback),
  abort_callback_data: 'void *',
  embeddings: 'bool',
  offload_kqv: 'bool',
  no_perf: 'bool',
  op_offload: 'bool',
  swa_full: 'bool',
  kv_unified: 'bool',
  samplers: 'void *',
  n_samplers: 'size_t',
  ctx_other: 'void *',
})

/** Pointers are addresses of arrays that `llama_batch_init` allocated. */
export interface Batch {
  n_tokens: number
  token: bigint
  embd: bigint | null
  pos: bigint
  n_seq_id: bigint
  seq_id: bigint
  logits: bigint
}
koffi.struct('llama_batch', {
  n_tokens: 'int32_t',
  token: 'void *',
  embd: 'void *',
  pos: 'void *',
  n_seq_id: 'void *',
  seq_id: 'void *',
  logits: 'void *',
})

export interface ThreadPoolParams {
  cpumask: boolean[]
  n_threads: number
  prio: number
  poll: number
  strict_cpu: boolean
  paused: boolean
}
koffi.struct('ggml_threadpool_params', {
  cpumask: koffi.array('bool', 512),
  n_threads: 'int',
  prio: 'int',
  poll: 'uint32_t',
  strict_cpu: 'bool',
  paused: 'bool',
})
