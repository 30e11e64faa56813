/** Compares what the library returns with what its source says, before anything is built on the structs. */
import { PlimsollError } from '../errors.ts'
import { supportedRelease } from './library.ts'
import type { ContextParams, ModelParams } from './structs.ts'

/** Values of `llama_model_default_params` in release v0.5.0 (src/llama-model.cpp). */
const modelDefaults = {
  n_gpu_layers: -1,
  split_mode: 1,
  main_gpu: 0,
  vocab_only: false,
  check_tensors: false,
  use_extra_bufts: true,
  no_host: false,
  no_alloc: false,
  load_mtp: false,
} as const

/** Values of `llama_context_default_params` in release v0.5.0 (src/llama-context.cpp). */
const contextDefaults = {
  n_ctx: 512,
  n_batch: 2048,
  n_ubatch: 512,
  n_seq_max: 1,
  n_outputs_max: 0,
  n_outputs_max_per_seq: 1,
  n_threads: 4,
  flash_attn_type: -1,
  rope_freq_base: 0,
  yarn_ext_factor: -1,
  defrag_thold: -1,
  type_k: 1,
  type_v: 1,
  embeddings: false,
  offload_kqv: true,
  no_perf: true,
  op_offload: true,
  swa_full: true,
  kv_unified: false,
  n_samplers: 0,
} as const

/** @throws PlimsollError `library-mismatch` naming the first field that differs */
export function checkAbi(llama: { modelDefaults(): ModelParams; contextDefaults(): ContextParams }): void {
  compare('llama_model_default_params', { ...llama.modelDefaults() }, modelDefaults)
  compare('llama_context_default_params', { ...llama.contextDefaults() }, contextDefaults)
}

/** @throws PlimsollError `library-mismatch` naming the first field of `found` that is not as in `expected` */
export function compare(
  what: string,
  found: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): void {
  for (const [field, value] of Object.entries(expected)) {
    if (found[field] === value) continue
    throw new PlimsollError('library-mismatch', 'The llama.cpp library does not lay out its structs as expected', {
      found: `${what}().${field} = ${String(found[field])}`,
      expected: `${String(value)}, as in release ${supportedRelease}`,
      fix: 'Reinstall the exact versions of package-lock.json: npm ci',
    })
  }
}
