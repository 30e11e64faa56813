import { expect, test } from 'vitest'
import { layerStrip, layersText, promptsText, strengthStrip } from '../../web/src/vectors/strips.ts'

const model = { name: 'organism', layers: 8 }

test.each([
  [[5], 'layer 5, of 0 to 7'],
  [[-1], 'the embedding'],
  [[3, 4], 'layers 3, 4, of 0 to 7'],
  [[-1, 0, 1, 2, 5], 'the embedding and layers 0–2, 5, of 0 to 7'],
])('layers %j are %s', (layers, said) => {
  expect(layersText({ layers, model })).toBe(said)
})

test('a cell for each layer, filled where the vector acts', () => {
  const { markup } = layerStrip({ layers: [2, 3], model })
  expect(markup.match(/class="cell/g)).toHaveLength(8)
  expect(markup.match(/class="cell acts"/g)).toHaveLength(2)
})

test('a mark for each strength, from the newest study there', () => {
  const one = { run: 'r', study: 's', condition: 'c', sentence: '' }
  const { markup } = strengthStrip([
    { ...one, strength: 2, verdict: 'over' },
    { ...one, strength: 2, verdict: 'within' },
    { ...one, strength: -1, verdict: 'undecided' },
  ])
  expect(markup).toContain('aria-label="Measured: undecided at -1, over the line at 2"')
  expect(markup.match(/class="mark/g)).toHaveLength(2)
})

test('how many prompts', () => {
  expect(promptsText({ positive: 1, negative: 12 })).toBe('1 prompt against 12')
})
