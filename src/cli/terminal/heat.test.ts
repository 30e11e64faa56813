import { expect, it } from 'vitest'
import { heatLines, scaleOf } from './heat.ts'

const heat = {
  tokens: ['<s>', 'say', ' it', '\n', 'yes', ''].map((text, i) => ({ text, group: i < 4 ? 'prompt' : 'answer' })),
  rows: [
    { name: 'without', values: [99, 0, 1, 2, 3, 4] },
    { name: 'with', values: [99, 4, 5, 6, 7, 8] },
  ],
  marked: new Set([1, 2, 3, 4, 5]),
  markName: 'edited',
  width: 30,
}

it('draws a shade under each token, its scale from the marked ones', () => {
  expect(scaleOf(heat)).toEqual([0, 8])
  expect(heatLines(heat, { unicode: true })).toEqual([
    'prompt   <s>say it⏎',
    'without  ███▁▁▁ ▂▂▃',
    'with     ███▅▅▅ ▆▆▇',
    'edited      ─── ───',
    '',
    'answer   yes·',
    'without  ▄▄▄▅',
    'with     ████',
    'edited   ────',
    '',
  ])
})

it('breaks lines between tokens, and has plain letters where there are no others', () => {
  const lines = heatLines({ ...heat, width: 15 }, { unicode: false })
  expect(lines.slice(0, 8)).toEqual([
    'prompt   <s>say',
    'without  777000',
    'with     777444',
    'edited      ---',
    '',
    'prompt    it\\n',
    'without   1122',
    'with      5566',
  ])
})

it('has one shade where all is alike', () => {
  const rows = [{ name: 'moved', values: [0, 0, 0, 0, 0, 0] }]
  expect(heatLines({ ...heat, rows }, { unicode: true })[1]).toBe('moved   ▁▁▁▁▁▁ ▁▁▁')
})
