/** A model file loaded into this thread, its vocabulary, and the contexts it computes in. */
import { basename } from 'node:path'
import { PlimsollError } from '../../errors.ts'
import { type Llama, loadLlama, type Pointer } from '../../native/llama.ts'
import { cpuVariant } from '../../native/variant.ts'
import type { ModelFacts } from '../facts.ts'
import { checkContextMemory } from '../memory.ts'
import { offloadTo } from '../offload.ts'
import { EMBEDDING, type PlaceKey, placeKey } from '../place.ts'
import { createRenderer, type RenderPrompt } from '../render.ts'
import type { ModelInfo } from '../types.ts'
import { Adapters } from './adapters.ts'
import { type ContextShape, DecodeContext } from './context.ts'
import { FastPath } from './fast-path.ts'
import { Vocabulary } from './vocabulary.ts'

export interface LoadOptions {
  readonly file: string
  readonly name: string
  readonly fingerprint: string
  readonly threads: number
  readonly cache: 'f16' | 'f32'
  readonly flashAttention: 'auto' | 'off'
  readonly facts: ModelFacts
  readonly gpuLayers: number | 'auto'
  readonly fastPath: 'auto' | 'on' | 'off'
  /** Default `alone`. */
  readonly batching?: 'alone' | 'together'
}

export class LoadedModel {
  readonly info: ModelInfo
  readonly vocabulary: Vocabulary
  readonly render: RenderPrompt
  readonly #llama: Llama
  readonly #model: Pointer
  readonly #pool: Pointer
  readonly #options: LoadOptions
  readonly #cancelled: () => boolean
  readonly #embeddingTensor: string
  readonly adapters: Adapters
  readonly fastPath: FastPath
  #context: DecodeContext | null = null

  /** @throws PlimsollError `model-invalid`, `model-unsupported`, `library-missing`, `library-mismatch` */
  constructor(options: LoadOptions, cancelled: () => boolean) {
    const llama = loadLlama(options.gpuLayers === 0 ? 'cpu' : 'any')
    this.#llama = llama
    this.#options = options
    this.#cancelled = cancelled
    const offload = offloadTo(llama.devices(), options)
    const model = llama.loadModel(options.file, { ...llama.modelDefaults(), n_gpu_layers: offload.layers })
    if (model === null) throw notLoaded(options.file, llama)
    this.#model = model
    this.adapters = new Adapters(llama, model)
    const pays = options.fastPath === 'on' || (options.fastPath === 'auto' && offload.layers > 0)
    this.fastPath = new FastPath(pays ? 'use' : 'leave')
    this.#pool = llama.newThreadPool(options.threads)
    this.vocabulary = new Vocabulary(llama, model)
    const template = llama.chatTemplate(model, null)
    const { vocabulary } = this
    this.render = createRenderer(
      template === null
        ? null
        : { template, bos: vocabulary.special(vocabulary.bos), eos: vocabulary.special(vocabulary.eos) },
    )
    this.info = {
      name: options.name,
      file: options.file,
      architecture: this.#metadata('general.architecture') ?? 'unknown',
      layers: llama.layers(model),
      width: llama.width(model),
      heads: llama.heads(model),
      vocabulary: vocabulary.size,
      contextLength: llama.contextLength(model),
      parameters: llama.parameters(model),
      bytes: llama.bytes(model),
      quantisation: this.#quantisation(),
      fingerprint: options.fingerprint,
      hasChatTemplate: template !== null,
      sites: [
        {
          site: 'embedding',
          layers: [EMBEDDING],
          width: llama.width(model),
          heads: 1,
          tensor: 'embd',
          postNorm: 'none',
        },
        {
          site: 'residual',
          layers: Array.from({ length: llama.layers(model) }, (_, layer) => layer),
          width: llama.width(model),
          heads: 1,
          tensor: 'l_out-{layer}',
          postNorm: 'none',
        },
      ],
      engine: {
        implementation: 'llama.cpp',
        release: llama.files.release,
        cpu: cpuVariant(),
        threads: options.threads,
        engines: 1,
        cache: options.cache,
        flashAttention: options.flashAttention,
        device: offload.device,
      },
    }
    this.#embeddingTensor = this.#probe()
  }

  /** A cleared context of at least this shape. Only one is alive at a time. */
  context(shape: ContextShape): DecodeContext {
    // Powers of two, so that calls of like size find the same context again.
    const cells = Math.max(256, 2 ** Math.ceil(Math.log2(shape.cells)))
    const unified = shape.streams === 'unified'
    const most = roundUp(this.info.contextLength, 256) * (unified ? shape.sequences : 1)
    const wanted = { ...shape, cells: Math.min(cells, most) }
    const current = this.#context
    if (current !== null && sameShape(current.shape, wanted)) {
      current.clear()
      current.visitor = null
      current.setSharedVector(null)
      current.setAdapters([])
      return current
    }
    current?.[Symbol.dispose]()
    this.#context = null
    checkContextMemory(this.#options.facts, { ...wanted, ...this.info.engine, ...(unified && { sequences: 1 }) })
    this.#context = this.#newContext(wanted, this.#embeddingTensor)
    return this.#context
  }

  /** Frees the context: cells that hold values which are not numbers spoil whatever is computed beside them. */
  discardContext(): void {
    this.#context?.[Symbol.dispose]()
    this.#context = null
  }

  get cancelled(): boolean {
    return this.#cancelled()
  }

  #newContext(shape: ContextShape, embeddingTensor: string, onTensor?: (name: string) => void): DecodeContext {
    return new DecodeContext(this.#llama, this.#model, this.#pool, shape, {
      threads: this.#options.threads,
      cache: this.#options.cache,
      flashAttention: this.#options.flashAttention,
      placeOfTensor: name => placeOfTensor(name, embeddingTensor, this.info.layers),
      widthAt: () => this.info.width,
      vocabulary: this.info.vocabulary,
      width: this.info.width,
      layers: this.info.layers,
      adapters: this.adapters,
      cancelled: this.#cancelled,
      ...(onTensor === undefined ? {} : { onTensor }),
    })
  }

  /** Computes one token and looks which tensors the graph has: names differ between architectures. */
  #probe(): string {
    const names = new Set<string>()
    using context = this.#newContext({ sequences: 1, cells: 256, outputs: 1 }, '', name => names.add(name))
    const token = Math.max(this.vocabulary.bos, 0)
    context.decodeSequence(0, 0, [token], 'last')
    const { layers, architecture } = this.info
    const missing = Array.from({ length: layers }, (_, layer) => layer).filter(
      layer => ![...names].some(name => placeOfTensor(name, '', layers) === placeKey('residual', layer)),
    )
    // Some architectures scale the embedding before block 0 reads it.
    const embedding = ['inp_scaled', 'embd'].find(name => names.has(name))
    if (missing.length === 0 && embedding !== undefined) return embedding
    throw new PlimsollError('model-unsupported', "The residual stream was not found in this architecture's graph", {
      found: `${architecture}: ${embedding === undefined ? 'no embedding tensor' : `no l_out of layers ${missing.join(', ')}`}`,
      expected: 'one tensor l_out-k for every layer k',
      fix: 'Use a model of another architecture, and report this one.',
    })
  }

  #metadata(key: string): string | null {
    const buffer = new Uint8Array(512)
    const length = this.#llama.metadata(this.#model, key, buffer, buffer.length)
    return length < 0 ? null : new TextDecoder().decode(buffer.subarray(0, Math.min(length, buffer.length - 1)))
  }

  #quantisation(): string {
    const buffer = new Uint8Array(256)
    const length = this.#llama.describe(this.#model, buffer, buffer.length)
    const text = new TextDecoder().decode(buffer.subarray(0, Math.max(0, Math.min(length, buffer.length - 1))))
    // Such as `llama 256M Q4_K - Medium`: what follows architecture and size.
    return text.split(' ').slice(2).join(' ') || basename(text)
  }
}

function notLoaded(file: string, llama: Llama): PlimsollError {
  const found = llama.complaints.slice(-2).join(' · ') || 'no message'
  const architecture = /unknown model architecture: '(.*?)'/.exec(found)?.[1]
  if (architecture !== undefined) {
    return new PlimsollError('model-unsupported', 'llama.cpp does not know the architecture of this model', {
      found: architecture,
      expected: `an architecture that release ${llama.files.release} knows`,
      where: file,
      fix: 'Use a model of another architecture, or a Plimsoll with a newer llama.cpp.',
    })
  }
  return new PlimsollError('model-invalid', 'llama.cpp could not load the model', {
    found,
    expected: `a GGUF file that llama.cpp ${llama.files.release} knows`,
    where: file,
    fix: 'Download the file again, or convert it with a matching release.',
  })
}

/** Which place a tensor is, by its name. */
function placeOfTensor(name: string, embeddingTensor: string, layers: number): PlaceKey | null {
  if (name === embeddingTensor) return placeKey('embedding', EMBEDDING)
  if (!name.startsWith('l_out-')) return null
  const layer = Number(name.slice('l_out-'.length))
  return Number.isInteger(layer) && layer >= 0 && layer < layers ? placeKey('residual', layer) : null
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}

function sameShape(a: ContextShape, b: ContextShape): boolean {
  return (
    a.sequences === b.sequences &&
    a.cells === b.cells &&
    a.outputs === b.outputs &&
    (a.streams ?? 'separate') === (b.streams ?? 'separate')
  )
}
