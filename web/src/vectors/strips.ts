/** Where a vector acts, and at which strengths it was measured, as two small strips. */
import type { VectorInfo } from '../../../src/serve/vectors/info.ts'
import { type Html, html } from '../../../src/study/report/html.ts'
import { pc, shape } from '../../../src/study/report/page/mark.ts'
import { verdicts } from '../../../src/study/report/words.ts'

/** `layer 5, of 0 to 7`, `the embedding and layers 0–7, of 0 to 7`. */
export function layersText({ layers, model }: Pick<VectorInfo, 'layers' | 'model'>): string {
  const blocks = layers.filter(layer => layer >= 0)
  const places = [
    blocks.length < layers.length && 'the embedding',
    blocks.length > 0 && `${blocks.length === 1 ? 'layer' : 'layers'} ${ranges(blocks)}, of 0 to ${model.layers - 1}`,
  ]
  return places.filter(place => place !== false).join(' and ')
}

/** `3, 4, 5` as `3–5`. */
function ranges(layers: readonly number[]): string {
  const runs: number[][] = []
  for (const layer of layers) {
    const run = runs.at(-1)
    if (run !== undefined && run.at(-1) === layer - 1) run.push(layer)
    else runs.push([layer])
  }
  return runs.map(run => (run.length < 3 ? run.join(', ') : `${run[0]}–${run.at(-1)}`)).join(', ')
}

/** One cell for each layer of the model, filled where the vector acts. */
export function layerStrip(vector: Pick<VectorInfo, 'layers' | 'model'>): Html {
  const count = vector.model.layers
  const cells = Array.from({ length: count }, (_, layer) => {
    const acts = vector.layers.includes(layer)
    return html`<rect class="cell${acts && ' acts'}" x="${pc(layer / count)}" width="${pc(0.8 / count)}" y="1" height="14"/>`
  })
  return html`<svg class="strip" role="img" aria-label="${layersText(vector)}" height="16">${cells}</svg>`
}

/** Every strength that a study measured, marked with its verdict; of several at one strength the newest. */
export function strengthStrip(measured: VectorInfo['measured']): Html {
  const strengths = [...new Set(measured.map(one => one.strength))].sort((a, b) => a - b)
  const [from, to] = [Math.min(0, ...strengths), Math.max(1, ...strengths)]
  const at = (strength: number) => pc((strength - from) / (to - from))
  const newest = strengths.flatMap(strength => measured.find(one => one.strength === strength) ?? [])
  const said = newest
    .map(({ strength, verdict }) => `${verdicts[verdict].word.toLowerCase()} at ${strength}`)
    .join(', ')
  return html`<svg class="strip" role="img" aria-label="Measured: ${said}" height="32">
<line class="grid" x1="0" x2="100%" y1="8" y2="8"/>
${newest.map(({ strength, verdict }) => {
  const look = verdicts[verdict]
  return html`<g class="t-${look.tone}"><svg x="${at(strength)}" y="8">${shape(look.shape)}</svg></g><text x="${at(strength)}" y="28" text-anchor="middle">${strength}</text>`
})}</svg>`
}

/** `16 prompts against 12`. */
export function promptsText({ positive, negative }: VectorInfo['prompts']): string {
  return `${positive === 1 ? '1 prompt' : `${positive} prompts`} against ${negative}`
}
