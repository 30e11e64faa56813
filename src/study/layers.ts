import { PlimsollError } from '../errors.ts'
import type { Study } from './schema.ts'

/** Where evenly spaced candidates begin and end, as shares of the model's depth. */
const [FIRST, LAST] = [0.25, 0.8]

/** The layers to try on a model of so many, ascending. */
export function candidateLayers({ layers }: Pick<Study['select'], 'layers'>, depth: number): number[] {
  const wanted = typeof layers === 'number' ? spread(layers, depth) : Array.isArray(layers) ? layers : range(layers)
  for (const layer of wanted) checkLayer(layer, depth, 'select.layers')
  if (wanted.length === 0)
    throw new PlimsollError('invalid-input', 'The study names no layer to try', {
      found: `select.layers: ${JSON.stringify(layers)}`,
      expected: '`from` no greater than `to`',
      fix: 'Exchange the two.',
    })
  return [...new Set(wanted)].sort((a, b) => a - b)
}

/** @throws PlimsollError `invalid-input` for a layer that a model of so many does not have */
export function checkLayer(layer: number, depth: number, from: string): void {
  if (layer < depth) return
  throw new PlimsollError('invalid-input', 'The study names a layer that the model does not have', {
    found: `${from}: ${layer}`,
    expected: `0 to ${depth - 1}`,
    fix: 'Name another layer, or have the study choose.',
  })
}

function spread(count: number, depth: number): number[] {
  const [from, to] = [FIRST * (depth - 1), LAST * (depth - 1)]
  if (count === 1) return [Math.round((from + to) / 2)]
  return Array.from({ length: count }, (_, i) => Math.round(from + ((to - from) * i) / (count - 1)))
}

function range({ from, to, step = 1 }: { from: number; to: number; step?: number | undefined }): number[] {
  return Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, i) => from + i * step)
}
