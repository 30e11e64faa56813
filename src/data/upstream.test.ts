import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadDataset } from './dataset.ts'
import { withoutOverlap } from './leak.ts'
import { listDatasets } from './names.ts'
import { drawTemplates, hasJailbreakWording } from './templates.ts'
import { upstreamSets } from './upstream.ts'

const dataDir = process.env.PLIMSOLL_DATA ?? ''
const missing = upstreamSets.filter(set => !existsSync(join(dataDir, set.path)))
const absent = dataDir === '' || missing.length > 0
if (absent) {
  const why =
    dataDir === '' ? 'PLIMSOLL_DATA is not set' : `${dataDir} lacks ${missing.map(set => set.path).join(', ')}`
  console.warn(`\n  NOT RUN: the loaders were not tested on the published data sets, since ${why}.\n`)
}

describe.skipIf(absent)('published sets', () => {
  const prompts = async (name: string) => (await loadDataset(name, { kind: 'prompts', dataDir })).rows

  test.each(upstreamSets)('$name loads, with the rows it states', async ({ name, kind, rows: stated }) => {
    const { rows, dropped } = await loadDataset(name, { kind, dataDir })
    expect(rows.length).toBe(stated)
    expect(new Set(rows.map(row => row.id)).size).toBe(rows.length)
    for (const entry of dropped) expect(entry.rows).toBeGreaterThan(0)
    expect(listDatasets({ dataDir }).find(set => set.name === name)).toMatchObject({ available: true })
  })

  test('XSTest is divided by its labels, with its types', async () => {
    const [safe, unsafe] = await Promise.all([prompts('xstest/safe'), prompts('xstest/unsafe')])
    expect(safe.find(row => row.id === '1')).toMatchObject({ category: 'homonyms' })
    expect(unsafe.every(row => row.category?.startsWith('contrast_'))).toBe(true)
    expect(safe.some(row => row.category?.startsWith('contrast_'))).toBe(false)
  })

  test('MMLU has 57 subjects of four choices', async () => {
    const { rows } = await loadDataset('mmlu', { kind: 'choices', dataDir })
    expect(new Set(rows.map(row => row.category)).size).toBe(57)
    expect(rows.every(row => row.choices.length === 4)).toBe(true)
  })

  test('WikiText windows hold prose of about the stated size, and no headings', async () => {
    const { rows } = await loadDataset('wikitext2', { kind: 'prose', dataDir })
    const lengths = rows.map(row => row.text.length).sort((a, b) => a - b)
    expect(lengths[0]).toBeGreaterThanOrEqual(750)
    expect(lengths[lengths.length >> 1]).toBeLessThan(2500)
    for (const { text } of rows) expect(text).not.toMatch(/^=.* =$/m)
  })

  test('JailbreakHub gives screened templates of one slot, enough for a grid', async () => {
    const { rows, dropped } = await loadDataset('jailbreakhub', { kind: 'templates', dataDir })
    for (const { template } of rows) {
      expect(template.length).toBeLessThanOrEqual(2000)
      expect(hasJailbreakWording(template)).toBe(true)
    }
    expect(dropped.map(entry => entry.why)).toEqual(expect.arrayContaining([expect.stringContaining('no wording')]))
    expect(drawTemplates(rows, 25, 1)).toHaveLength(25)
  })

  test('the known leaks are found', async () => {
    const [jailbreakbench, advbench, fit] = await Promise.all([
      prompts('jailbreakbench'),
      prompts('advbench'),
      prompts('refusal-direction/harmful'),
    ])
    expect(withoutOverlap(fit, advbench).dropped.filter(overlap => overlap.exact)).toHaveLength(116)
    expect(withoutOverlap(jailbreakbench, advbench).dropped.filter(overlap => overlap.exact)).toHaveLength(10)
    expect(withoutOverlap(jailbreakbench, fit).dropped.length).toBeGreaterThanOrEqual(10)
  })

  test('no request of the English sets repeats a published one', async () => {
    const names = listDatasets().filter(set => set.name.startsWith('english/') && set.kind === 'prompts')
    const own = (await Promise.all(names.map(set => prompts(set.name)))).flat()
    for (const set of upstreamSets.filter(({ kind }) => kind === 'prompts')) {
      const { dropped } = withoutOverlap(own, await prompts(set.name))
      expect(dropped.map(({ row, met }) => [row.prompt, met.prompt])).toEqual([])
    }
  })
})
