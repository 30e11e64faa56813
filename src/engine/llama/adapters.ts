/** LoRA adapters: loaded once each, set on a context for a group of requests that all have the same ones. */
import { PlimsollError } from '../../errors.ts'
import type { Llama, Pointer } from '../../native/llama.ts'
import type { Adapter } from '../types.ts'

/** An adapter of a request, its scale stated. */
interface Applied {
  readonly file: string
  readonly scale: number
}

/** Requests with equal keys can be computed together. Empty for no adapter. */
export function adapterKey(adapters: readonly Adapter[]): string {
  return applied(adapters)
    .map(({ file, scale }) => `${scale}×${file}`)
    .join('\n')
}

/** Adapters are added up, so their order says nothing, one at scale 0 nothing either, and one named twice counts twice. */
function applied(adapters: readonly Adapter[]): Applied[] {
  const scales = new Map<string, number>()
  for (const { file, scale = 1 } of adapters) scales.set(file, (scales.get(file) ?? 0) + scale)
  return [...scales]
    .filter(([, scale]) => scale !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, scale]) => ({ file, scale }))
}

export class Adapters {
  readonly #llama: Llama
  readonly #model: Pointer
  /** Freed with the model. */
  readonly #loaded = new Map<string, Pointer>()

  constructor(llama: Llama, model: Pointer) {
    this.#llama = llama
    this.#model = model
  }

  /** @throws PlimsollError `adapter-invalid` */
  load(adapters: readonly Adapter[]): void {
    for (const adapter of applied(adapters)) this.#pointer(adapter)
  }

  /** Makes a context compute with these adapters and no others. */
  set(context: Pointer, adapters: readonly Adapter[]): void {
    const wanted = applied(adapters)
    const pointers = wanted.map(adapter => this.#pointer(adapter))
    const scales = Float32Array.from(wanted, ({ scale }) => scale)
    this.#llama.setAdapters(context, pointers, pointers.length, scales)
  }

  #pointer({ file }: Applied): Pointer {
    const known = this.#loaded.get(file)
    if (known !== undefined) return known
    const pointer = this.#llama.loadAdapter(this.#model, file)
    if (pointer === null) throw refused(file, this.#llama.complaints.at(-1))
    this.#loaded.set(file, pointer)
    return pointer
  }
}

function refused(file: string, complaint: string | undefined): PlimsollError {
  return new PlimsollError('adapter-invalid', 'The LoRA adapter does not fit this model', {
    found: complaint?.replace(/^\w+: (failed to apply lora adapter: )?/, '') ?? 'llama.cpp gives no reason',
    expected: 'a GGUF file with a LoRA adapter trained on this architecture and these dimensions',
    where: file,
    fix: 'Take an adapter made for this model, or convert it again with convert_lora_to_gguf.py of llama.cpp.',
  })
}
