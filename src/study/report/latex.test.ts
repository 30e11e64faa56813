import { expect, test } from 'vitest'
import { hostile, resultFixture } from '../../../test/support/result-fixture.ts'
import { escaped, reportLatex } from './latex.ts'

test('two tables, every row with as many cells as its head', () => {
  const text = reportLatex(resultFixture(['over', 'within']))
  const tables = text.split('\\begin{table}').slice(1)
  expect(tables).toHaveLength(2)
  for (const table of tables) {
    const rows = table.split('\n').filter(line => line.endsWith('\\\\'))
    const cells = rows.map(row => row.split(/(?<!\\)&/).length)
    expect(rows.length).toBeGreaterThan(1)
    expect(new Set(cells).size).toBe(1)
    expect(/tabular\}\{(\w+)\}/.exec(table)?.[1]).toHaveLength(cells[0] ?? 0)
  }
  expect(text).toContain('Over the line')
})

test('text of others cannot become a command', () => {
  expect(escaped('50 % of a_b & {c} \\input{x}')).toBe('50 \\% of a\\_b \\& \\{c\\} \\textbackslash{}input\\{x\\}')
  const result = resultFixture()
  const [first, ...rest] = result.conditions
  if (first === undefined) throw new Error('no condition')
  const text = reportLatex({
    ...result,
    title: hostile,
    conditions: [...rest, { ...first, role: 'method', name: hostile }],
  })
  const body = text
    .split('\n')
    .filter(line => !line.startsWith('%'))
    .join('\n')
  const depth = [...body.replaceAll(/\\[{}\\]/g, '')].reduce(
    (sum, sign) => sum + (sign === '{' ? 1 : sign === '}' ? -1 : 0),
    0,
  )
  expect(depth).toBe(0)
})
