import { expect, test } from 'vitest'
import { resultFixture } from '../../../test/support/result-fixture.ts'
import { categoryTables, doseTables, retentionTable } from './breakdown.ts'
import { reportMarkdown } from './markdown.ts'
import { breakdownSection } from './page/breakdown.ts'
import { strengthSection } from './page/strength.ts'

const { conditions } = resultFixture(['over'])

test('a table for each suite with categories: too few rows say nothing, and no method stands above its references', () => {
  const [table, ...others] = categoryTables(conditions)
  expect(others.length).toBeGreaterThan(0)
  expect(table?.heads).toEqual(['category', 'rows', 'base', 'diffmean@5×2', 'prompt', 'random-1'])
  for (const row of table?.rows ?? []) {
    expect(row).toHaveLength(6)
    const told = Number(row[1]) >= 6
    for (const cell of row.slice(2)) expect(cell === 'too few').toBe(!told)
  }
  expect(table?.rows.map(([category]) => category).sort()).toContain('pies')
  const bread = table?.rows.find(([category]) => category === 'bread')
  expect(bread?.[3]).toMatch(/^\+47 \(−0 \+9\)$/)
})

test('the category in which a method lost most stands first', () => {
  const worse = conditions.map(condition => ({
    ...condition,
    categories: condition.categories?.map(one =>
      one.category === 'bread' && condition.role === 'method' ? { ...one, steered: 0, lost: 20 } : one,
    ),
  }))
  for (const { rows } of categoryTables(worse)) expect(rows[0]?.[0]).toBe('bread')
})

test('retention stands beside what a second baseline keeps, and has no interval on a grid', () => {
  const table = retentionTable(conditions)
  const rows = table?.rows.filter(([name]) => name === 'diffmean@5×2') ?? []
  expect(rows.length).toBeGreaterThan(2)
  for (const [, suite, kept, share, interval, again] of rows) {
    const [still, of] = (kept ?? '').replaceAll(',', '').split(' of ').map(Number)
    expect(`${Math.round((100 * (still ?? 0)) / (of ?? 1))} %`).toBe(share)
    expect(again).toMatch(/%$/)
    if (suite?.includes('×')) expect(interval).toBe('–')
    else expect(interval).toMatch(/^\[\d/)
  }
})

test('Markdown has both, and none of them where there is nothing to say', () => {
  const result = resultFixture(['over'])
  expect(reportMarkdown(result)).toMatch(/## Of what the baseline had[\s\S]*## Categories[\s\S]*too few/)
  const bare = { ...result, conditions: result.conditions.slice(-1) }
  expect(reportMarkdown(bare)).not.toMatch(/## Categories|## Of what the baseline had/)
})

test('degenerate answers of the select split are counted, in Markdown and on the page', () => {
  const result = resultFixture(['over'])
  expect(reportMarkdown(result)).toMatch(/\| degenerate answers \|[\s\S]*\| 8 \|/)
  const page = String(strengthSection(result.selections, result.conditions, []))
  expect(page).toMatch(/>degenerate answers<[\s\S]*<td class="number">8<\/td>/)
})

test('a dose ladder is a table of rungs with intervals, in Markdown and on the page; none where there are no rungs', () => {
  expect(doseTables(conditions)).toEqual([])
  const rung = (dose: number) => ({
    suite: 'hub × jbb',
    dose,
    templates: 5,
    n: 160,
    baseline: 1 - dose / 10,
    steered: 0.5 - dose / 10,
    lost: 80,
    gained: 0,
    ci: dose === 2 ? null : ([-0.6, -0.4] as const),
  })
  const laddered = conditions.map(condition => ({ ...condition, doses: [rung(2), rung(1)] }))
  const [table, ...others] = doseTables(laddered)
  expect(others).toEqual([])
  expect(table?.heads).toEqual(['dose', 'templates', 'rows', 'base', 'diffmean@5×2', 'prompt', 'random-1'])
  expect(table?.rows.map(row => row.slice(0, 5))).toEqual([
    ['1', '5', '160', '90 %', '−50 [−60, −40] (−80 +0)'],
    ['2', '5', '160', '80 %', '−50 (−80 +0)'],
  ])
  expect(reportMarkdown({ ...resultFixture(['over']), conditions: laddered })).toMatch(/## Dose ladder[\s\S]*hub × jbb/)
  expect(String(breakdownSection(laddered, []))).toMatch(/<h3>Dose ladder<\/h3>[\s\S]*<h4>hub × jbb<\/h4>/)
})
