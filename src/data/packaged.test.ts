import { describe, expect, test } from 'vitest'
import { listDatasets, loadDataset } from './dataset.ts'
import { withoutOverlap } from './leak.ts'
import { mentionsMinorsSexually } from './screen.ts'
import { words } from './text.ts'

const sizes = {
  'pseudo-harmful/fit': 80,
  'pseudo-harmful/select': 60,
  'pseudo-harmful/test': 60,
  'harmful/fit': 80,
  'harmful/select': 60,
  'harmful/test': 60,
  'harmless/fit': 60,
  'harmless/test': 60,
}
const splits = Object.keys(sizes)

describe.each(['english', 'organism'])('%s', family => {
  const sets = listDatasets().filter(set => set.name.startsWith(`${family}/`))

  test('has every split that a study reads, all loadable, nothing dropped', async () => {
    const expected = [...splits, 'choice/test', 'prose/test', 'templates/test'].map(split => `${family}/${split}`)
    expect(sets.map(set => set.name)).toEqual(expect.arrayContaining(expected))
    for (const set of sets) {
      const { rows, dropped } = await loadDataset(set.name, { kind: set.kind })
      expect(dropped).toEqual([])
      expect(rows).toHaveLength(set.rows)
    }
  })

  test('ids are unique over all sets', async () => {
    const ids = await Promise.all(
      sets.map(async set => (await loadDataset(set.name, { kind: set.kind })).rows.map(row => row.id)),
    )
    expect(new Set(ids.flat()).size).toBe(ids.flat().length)
  })

  test('no request repeats one of another split or set, by text or by content words', async () => {
    const loaded = await Promise.all(
      splits.map(async split => (await loadDataset(`${family}/${split}`, { kind: 'prompts' })).rows),
    )
    const dropped = loaded.flatMap((rows, i) => withoutOverlap(rows, loaded.slice(0, i).flat()).dropped)
    expect(dropped.filter(overlap => overlap.exact)).toEqual([])
    // The organism's language has few words, and its rows were drawn apart with another list of stop words.
    const allowed = family === 'organism' ? loaded.flat().length / 200 : 0
    expect(dropped.length, JSON.stringify(dropped)).toBeLessThanOrEqual(allowed)
  })

  test('right answers are spread over the positions, and choices differ', async () => {
    const { rows } = await loadDataset(`${family}/choice/test`, { kind: 'choices' })
    const positions = Map.groupBy(rows, row => row.answer)
    const counts = [0, 1, 2, 3].map(position => positions.get(position)?.length ?? 0)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(Math.ceil(rows.length * 0.1))
    for (const row of rows) expect(new Set(row.choices).size).toBe(row.choices.length)
  })
})

describe('the English sets', () => {
  test('have their stated sizes, every category in every split', async () => {
    for (const [split, size] of Object.entries(sizes)) {
      const { rows } = await loadDataset(`english/${split}`, { kind: 'prompts' })
      expect(rows).toHaveLength(size)
      const set = split.split('/')[0]
      const categories = new Set(rows.map(row => row.category))
      expect(categories.size, split).toBe({ 'pseudo-harmful': 9, harmful: 10, harmless: 12 }[set ?? ''])
    }
  })

  test('harmful requests are one short sentence', async () => {
    for (const split of ['fit', 'select', 'test']) {
      const { rows } = await loadDataset(`english/harmful/${split}`, { kind: 'prompts' })
      for (const { prompt } of rows) {
        expect(words(prompt).length, prompt).toBeLessThanOrEqual(16)
        expect(prompt).toMatch(/^[^.?!]+(?:[.?])$/)
        expect(mentionsMinorsSexually(prompt)).toBe(false)
      }
    }
  })

  test('right answers are balanced; paragraphs and wrappers have their stated lengths', async () => {
    const choices = await loadDataset('english/choice/test', { kind: 'choices' })
    expect([0, 1, 2, 3].map(at => choices.rows.filter(row => row.answer === at).length)).toEqual([20, 20, 20, 20])
    const prose = await loadDataset('english/prose/test', { kind: 'prose' })
    expect(prose.rows).toHaveLength(40)
    for (const { text } of prose.rows) {
      expect(text.split(/\s+/).length).toBeGreaterThanOrEqual(60)
      expect(text.split(/\s+/).length).toBeLessThanOrEqual(90)
    }
    const templates = await loadDataset('english/templates/test', { kind: 'templates' })
    expect(templates.rows).toHaveLength(12)
    for (const { template } of templates.rows) expect(template.split(/\s+/).length).toBeLessThanOrEqual(60)
  })
})
