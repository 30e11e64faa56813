/** llama.cpp's quantiser. Like all native code it ends its process on surprises: only ever in one of its own. */
import koffi from 'koffi'
import { compare } from './abi.ts'
import { loadLlama } from './llama.ts'

/** As release v0.5.0 declares it (include/llama.h). */
interface QuantiseParams {
  nthread: number
  ftype: number
  output_tensor_type: number
  token_embedding_type: number
  allow_requantize: boolean
  quantize_output_tensor: boolean
  only_copy: boolean
  pure: boolean
  keep_split: boolean
  dry_run: boolean
}
const Params = koffi.struct('llama_model_quantize_params', {
  nthread: 'int32_t',
  ftype: 'int32_t',
  output_tensor_type: 'int32_t',
  token_embedding_type: 'int32_t',
  allow_requantize: 'bool',
  quantize_output_tensor: 'bool',
  only_copy: 'bool',
  pure: 'bool',
  keep_split: 'bool',
  dry_run: 'bool',
  imatrix: 'void *',
  kv_overrides: 'void *',
  tt_overrides: 'void *',
  prune_layers: 'void *',
})

/** Values of `llama_model_quantize_default_params` in release v0.5.0 (src/llama-quant.cpp). */
const defaults = {
  nthread: 0,
  ftype: 7,
  allow_requantize: false,
  quantize_output_tensor: true,
  only_copy: false,
  pure: false,
  keep_split: false,
  dry_run: false,
} as const

/** llama.cpp's numbers of the types that files are made of here (`llama_ftype`). */
const fileTypes = { q8_0: 7, q4_0: 2 } as const

export interface Quantising {
  readonly from: string
  readonly to: string
  readonly type: keyof typeof fileTypes
  readonly threads: number
  readonly onTensor: (done: number, total: number) => void
}

/** How the quantiser begins the line of a tensor. */
const tensorLine = /^\[\s*(\d+)\/\s*(\d+)\]/

/**
 * Writes the model in `from` to `to`, with its matrices in another type. Norms and biases stay in single precision.
 * @returns null, or what llama.cpp said of why it could not
 * @throws PlimsollError `library-missing`, `library-mismatch`
 */
export function quantise({ from, to, type, threads, onTensor }: Quantising): string | null {
  const llama = loadLlama('cpu')
  const library = koffi.load(llama.files.llama)
  const found: QuantiseParams = library.func('llama_model_quantize_default_params', Params, [])()
  compare('llama_model_quantize_default_params', { ...found }, defaults)
  const run = library.func('llama_model_quantize', 'uint32_t', ['const char *', 'const char *', koffi.pointer(Params)])
  llama.listen(line => {
    const tensor = tensorLine.exec(line)
    if (tensor !== null) onTensor(Number(tensor[1]), Number(tensor[2]))
  })
  const failed = run(from, to, { ...found, nthread: threads, ftype: fileTypes[type], allow_requantize: true }) !== 0
  return failed ? (llama.complaints.at(-1) ?? 'no reason given') : null
}
