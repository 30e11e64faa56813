/** A model file loaded into this thread, its vocabulary, and the contexts it computes in. */
import { basename } from 'node:path'
import koffi from 'koffi'
import { PlimsollError } from '../../errors.ts'
import type { TailSource } from '../../gradient/source.ts'
import { Tail } from '../../gradient/tail.ts'
import { abortCallback } from '../../native/ggml.ts'
import { type Llama, loadLlama, type Pointer } from '../../native/llama.ts'
import { operationOf, readTensorNode } from '../../native/tensor.ts'
import { cpuVariant } from '../../native/variant.ts'
import type { ModelFacts } from '../facts.ts'
import { checkContextMemory } from '../memory.ts'
import { offloadTo } from '../offload.ts'
import { createRenderer, type RenderPrompt } from '../render.ts'
import type { Adapter, ModelInfo } from '../types.ts'
import { Adapters, adapterKey } from './adapters.ts'
import { type ContextSettings, type ContextShape, DecodeContext } from './context.ts'
import { FastPath } from './fast-path.ts'
import { Graph, type GraphNode } from './graph.ts'
import { mappedWeights } from './mapped-weights.ts'
import { findSites, type SiteMap } from './sites.ts'
import { findThinking, type ModelThinking } from './thinking.ts'
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

/** CPU variants with an instruction for products of BF16. */
const multipliesBf16: ReadonlySet<string> = new Set(['sapphirerapids', 'cooperlake', 'zen4'])

export class LoadedModel {
  readonly info: ModelInfo
  readonly vocabulary: Vocabulary
  readonly render: RenderPrompt
  readonly thinking: ModelThinking | null
  /** Whether a sequence can drop its last tokens: a recurrent state cannot go back. */
  readonly rewinds: boolean
  readonly #llama: Llama
  readonly #model: Pointer
  readonly #pool: Pointer
  readonly #options: LoadOptions
  readonly #cancelled: () => boolean
  /**
   * What a batch leaves out it leaves as it was. A recurrent state has to be carried on by every block, and parts of a
   * graph on other devices would compute from what is not there.
   */
  readonly #stopsEarly: boolean
  readonly #sites: SiteMap
  /** Weights that need no copy to be trained through, by name. */
  readonly mapped: ReadonlyMap<string, Pointer>
  /** By the key of their adapters, which add nodes to the graph. */
  readonly #sitesWith = new Map<string, SiteMap>()
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
    this.rewinds = !llama.isRecurrent(model) && !llama.isHybrid(model)
    this.#stopsEarly = this.rewinds && offload.layers === 0
    const template = llama.chatTemplate(model, null)
    const { vocabulary } = this
    this.thinking = findThinking(template, vocabulary)
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
      metadata: options.facts.metadata,
      hasChatTemplate: template !== null,
      sites: [],
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
    const { sites, mapped } = this.#probe([], nodes => ({
      sites: this.#sitesIn(nodes),
      mapped: mappedWeights(nodes, llama),
    }))
    this.#sites = sites
    this.mapped = mapped
    this.info = { ...this.info, sites: this.#sites.sites }
  }

  /** A cleared context of at least this shape, with these adapters and no others. Only one is alive at a time. */
  context(shape: ContextShape, adapters: readonly Adapter[] = []): DecodeContext {
    const context = this.#contextOf(shape)
    context.setAdapters(adapters)
    return context
  }

  #contextOf(shape: ContextShape): DecodeContext {
    const wanted = this.#rounded(shape)
    const current = this.#context
    if (current !== null && sameShape(current.shape, wanted)) {
      current.clear()
      current.visitor = null
      current.setSharedVector(null)
      return current
    }
    current?.[Symbol.dispose]()
    this.#context = null
    this.#checkMemory(wanted)
    this.#context = this.#newContext(wanted)
    return this.#context
  }

  /** Frees the context: cells that hold values which are not numbers spoil whatever is computed beside them. */
  discardContext(): void {
    this.#context?.[Symbol.dispose]()
    this.#context = null
  }

  /** A context beside the one that calls share, for measurements; whoever asks for it frees it. */
  ownContext(shape: ContextShape, callback: 'callback' | 'no-callback'): DecodeContext {
    const rounded = this.#rounded(shape)
    this.#checkMemory(rounded)
    return this.#newContext(rounded, { callback: callback === 'callback' })
  }

  /**
   * The blocks above a layer, to train through; on the processor, whatever computes the model itself.
   * @throws PlimsollError `model-unsupported`, `out-of-memory`
   */
  tail(source: TailSource, layer: number, threads: number): { readonly tail: Tail } & Disposable {
    const { readTensor } = this.#llama
    const ggml = this.#llama.ggml()
    using cleanup = new DisposableStack()
    const pool = cleanup.adopt(this.#llama.newThreadPool(threads), own => this.#llama.freeThreadPool(own))
    const abort = cleanup.adopt(abortCallback(this.#cancelled), own => koffi.unregister(own))
    const backend = cleanup.adopt(ggml.newProcessor(threads, pool, abort), own => ggml.freeBackend(own))
    const backward = multipliesBf16.has(cpuVariant()) ? 'bf16' : 'f32'
    const tail = cleanup.use(new Tail({ ggml, readTensor, backend, backward, mapped: this.mapped }, source, layer))
    const kept = cleanup.move()
    return { tail, [Symbol.dispose]: () => kept.dispose() }
  }

  /** Powers of two, so that calls of like size find the same context again. */
  #rounded(shape: ContextShape): ContextShape {
    const cells = Math.max(256, 2 ** Math.ceil(Math.log2(shape.cells)))
    const most = roundUp(this.info.contextLength, 256) * (shape.streams === 'unified' ? shape.sequences : 1)
    return { ...shape, cells: Math.min(cells, most) }
  }

  #checkMemory(shape: ContextShape): void {
    const sequences = shape.streams === 'unified' ? 1 : shape.sequences
    checkContextMemory(this.#options.facts, { ...shape, ...this.info.engine, sequences })
  }

  get cancelled(): boolean {
    return this.#cancelled()
  }

  #newContext(shape: ContextShape, settings: Pick<ContextSettings, 'onTensor' | 'callback'> = {}): DecodeContext {
    return new DecodeContext(this.#llama, this.#model, this.#pool, shape, {
      threads: this.#options.threads,
      cache: this.#options.cache,
      flashAttention: this.#options.flashAttention,
      sitesWith: adapters => this.#sitesOf(adapters),
      vocabulary: this.info.vocabulary,
      width: this.info.width,
      layers: this.info.layers,
      adapters: this.adapters,
      cancelled: this.#cancelled,
      stopsEarly: this.#stopsEarly,
      ...settings,
    })
  }

  #sitesOf(adapters: readonly Adapter[]): SiteMap {
    const key = adapterKey(adapters)
    if (key === '') return this.#sites
    const known = this.#sitesWith.get(key) ?? this.#probe(adapters, nodes => this.#sitesIn(nodes))
    this.#sitesWith.set(key, known)
    return known
  }

  /** Computes one token and looks at the graph while it is there: it is gone when its context is. */
  #probe<T>(adapters: readonly Adapter[], look: (nodes: readonly GraphNode[]) => T): T {
    const nodes: GraphNode[] = []
    const onTensor = (tensor: Pointer, name: string) => nodes.push({ ...readTensorNode(tensor), name })
    using context = this.#newContext({ sequences: 1, cells: 256, outputs: 1 }, { onTensor })
    context.setAdapters(adapters)
    context.decodeSequence(0, 0, [Math.max(this.vocabulary.bos, 0)], 'last')
    return look(nodes)
  }

  #sitesIn(nodes: readonly GraphNode[]): SiteMap {
    return findSites(new Graph(nodes, this.#llama.operations, operationOf), this.info)
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
