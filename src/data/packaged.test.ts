import { describe, expect, test } from 'vitest'
import { loadDataset } from './dataset.ts'
import { repeatsWithin, withoutOverlap } from './leak.ts'
import { listDatasets } from './names.ts'
import { mentionsMinorsSexually } from './screen.ts'
import { words } from './text.ts'

/** Rows of the English prompt sets; the organism has the same splits, of its own sizes. */
const sizes = {
  'pseudo-harmful/fit': 126,
  'pseudo-harmful/select': 81,
  'pseudo-harmful/test': 126,
  'harmful/fit': 120,
  'harmful/select': 80,
  'harmful/test': 120,
  'harmless/fit': 120,
  'harmless/test': 96,
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
  const sets = listDatasets().filter(set => set.name.startsWith('english/'))

  test('have their stated sizes, every category in every split, as often as any other', async () => {
    for (const [split, size] of Object.entries({ ...sizes, 'harmless/select': 84 })) {
      const { rows } = await loadDataset(`english/${split}`, { kind: 'prompts' })
      expect(rows, split).toHaveLength(size)
      const categories = Map.groupBy(rows, row => row.category)
      expect(categories.size, split).toBe({ 'pseudo-harmful': 9, harmful: 10, harmless: 12 }[split.split('/')[0] ?? ''])
      for (const [category, members] of categories)
        expect(members.length, `${split} ${category}`).toBe(size / categories.size)
    }
  })

  test('no row of any kind repeats another, within a split or between splits and sets', async () => {
    const rows = (
      await Promise.all(sets.map(async set => (await loadDataset(set.name, { kind: set.kind })).rows))
    ).flat()
    expect(repeatsWithin(rows).map(({ row, met }) => [row.id, met.id])).toEqual([])
  })

  test('ids name set, split and place', async () => {
    for (const { name, kind } of sets) {
      const [, set = '', split = ''] = name.split('/')
      const prefix = set === 'templates' ? (split === 'test' ? 'template' : 'template-select') : `${set}-${split}`
      const width = set === 'templates' ? 2 : 3
      const { rows } = await loadDataset(name, { kind })
      expect(rows.map(row => row.id)).toEqual(rows.map((_, i) => `${prefix}-${String(i).padStart(width, '0')}`))
    }
  })

  test('requests are short; harmful ones are one sentence', async () => {
    for (const { name } of sets.filter(set => set.kind === 'prompts')) {
      const { rows } = await loadDataset(name, { kind: 'prompts' })
      for (const { prompt } of rows) {
        expect(words(prompt).length, prompt).toBeLessThanOrEqual(17)
        if (name.startsWith('english/harmful/')) expect(prompt).toMatch(/^[^.?!]+(?:[.?])$/)
        expect(mentionsMinorsSexually(prompt)).toBe(false)
      }
    }
  })

  test.each([
    ['test', 240],
    ['select', 96],
  ])('right answers of choice/%s: each position as often, seldom the longest', async (split, size) => {
    const { rows } = await loadDataset(`english/choice/${split}`, { kind: 'choices' })
    expect(rows).toHaveLength(size)
    expect([0, 1, 2, 3].map(at => rows.filter(row => row.answer === at).length)).toEqual(Array(4).fill(size / 4))
    const longest = rows.filter(({ choices, answer }) =>
      choices.every((choice, i) => i === answer || choice.length < (choices[answer] ?? '').length),
    )
    expect(longest.length / size).toBeLessThan(0.35)
    for (const { choices } of rows) expect(choices).toHaveLength(4)
  })

  test.each([
    ['test', 48, 16],
    ['select', 16, 10],
  ])('passages and wrappers of %s have their stated number and lengths', async (split, passages, wrappers) => {
    const prose = await loadDataset(`english/prose/${split}`, { kind: 'prose' })
    expect(prose.rows).toHaveLength(passages)
    for (const { text, id } of prose.rows) {
      expect(text.split(/\s+/).length, id).toBeGreaterThanOrEqual(120)
      expect(text.split(/\s+/).length, id).toBeLessThanOrEqual(200)
    }
    const templates = await loadDataset(`english/templates/${split}`, { kind: 'templates' })
    expect(templates.rows).toHaveLength(wrappers)
    for (const { template } of templates.rows) expect(template.split(/\s+/).length).toBeLessThanOrEqual(60)
  })
})
