/** How much of a model goes to a graphics processor: as many layers as its free memory holds, from the last one up. */
import { PlimsollError } from '../errors.ts'
import type { Device } from '../native/devices.ts'
import type { ModelFacts } from './facts.ts'
import { contextBytes } from './memory.ts'

/** Left to the driver and to whatever else draws on the screen. */
const spare = 0.1
/** The context that should fit beside the weights. */
const context = { sequences: 16, cells: 1024, outputs: 16 } as const

/**
 * Layers to give away, counted from the last; the output matrix counts as one, so all of them are `layers + 1`, which
 * is how llama.cpp counts.
 * @param free bytes of all graphics processors together
 */
export function layersThatFit(
  facts: ModelFacts,
  free: number,
  settings: { readonly cache: 'f16' | 'f32'; readonly flashAttention: 'auto' | 'off' },
): number {
  const room = free * (1 - spare)
  const working = contextBytes({ ...facts, cacheValues: 0 }, { ...context, ...settings })
  const cache = contextBytes(facts, { ...context, ...settings }) - working
  let needed = working + facts.outputBytes
  if (needed > room) return 0
  for (let layer = facts.layers - 1; layer >= 0; layer--) {
    needed += (facts.layerBytes[layer] ?? 0) + cache / facts.layers
    if (needed > room) return facts.layers - layer
  }
  return facts.layers + 1
}

export interface Offload {
  readonly layers: number
  /** Such as `Vulkan0 (Radeon RX 7600), 33 of 33 layers`; `CPU` for none. */
  readonly device: string
}

/** @throws PlimsollError `library-missing` where layers are asked for and there is nothing to give them to */
export function offloadTo(
  devices: readonly Device[],
  options: {
    readonly gpuLayers: number | 'auto'
    readonly facts: ModelFacts
    readonly cache: 'f16' | 'f32'
    readonly flashAttention: 'auto' | 'off'
  },
): Offload {
  const { gpuLayers, facts } = options
  const most = facts.layers + 1
  if (devices.length === 0 && gpuLayers !== 'auto' && gpuLayers > 0) {
    throw new PlimsollError('library-missing', 'No graphics processor was found to give layers to', {
      found: 'none that the installed llama.cpp can use',
      expected: `one for ${gpuLayers} layers`,
      fix: 'Install the package for it and its driver (docs/performance.md), or leave gpuLayers out.',
    })
  }
  const free = devices.reduce((sum, device) => sum + device.free, 0)
  const layers = gpuLayers === 'auto' ? layersThatFit(facts, free, options) : Math.min(gpuLayers, most)
  if (layers === 0) return { layers, device: 'CPU' }
  const names = devices.map(({ name, description }) => `${name} (${description})`).join(' + ')
  return { layers, device: `${names}, ${layers} of ${most} layers` }
}

/** @throws PlimsollError `invalid-input` */
export function checkedGpuLayers(wanted: number | 'auto'): number | 'auto' {
  if (wanted === 'auto' || (Number.isInteger(wanted) && wanted >= 0)) return wanted
  throw new PlimsollError('invalid-input', 'gpuLayers has to be a whole number from 0 on', {
    found: String(wanted),
    expected: "0 for none, a number of layers, or 'auto'",
    fix: 'Leave gpuLayers out to give away as many layers as fit.',
  })
}
