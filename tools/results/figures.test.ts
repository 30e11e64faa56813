import { expect, it } from 'vitest'
import { resultFixture } from '../../test/support/result-fixture.ts'
import { resultFigures } from './figures.ts'

it('gives every condition a row, with each suite’s change, interval and state', () => {
  const result = resultFixture()
  const text = resultFigures(result)
  const method = result.conditions.find(({ role }) => role === 'method')
  const suites = Object.values(method?.axes ?? {}).flatMap(axis => axis.suites)
  const rows = text.split('## What was found\n')[1]?.split('\n\n')[0]?.split('\n').slice(2) ?? []
  expect(rows).toHaveLength(result.conditions.filter(({ role }) => role !== 'baseline').length)
  const row = rows.find(line => line.startsWith(`| ${method?.name} |`))
  expect(row?.split(' | ')).toHaveLength(3 + suites.length + (method?.extra.length ?? 0))
  expect(text).toContain(result.run)
  expect(text).toMatch(/## The unsteered model\n\| suite \| property \| n \| unsteered \|/)
  expect(text).toContain('**broken**')
})
