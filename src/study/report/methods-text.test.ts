import { expect, test } from 'vitest'
import { resultFixture } from '../../../test/support/result-fixture.ts'
import { methodsText } from './methods-text.ts'

const fixture = resultFixture()
const text = (result = fixture) => methodsText(result).join('\n')

test('the margin under which nothing counts as an effect is the study’s own', () => {
  expect(text()).toContain(`no effect (efficacy’s upper bound is under ${fixture.margins.rates} points)`)
  expect(text({ ...fixture, margins: { ...fixture.margins, rates: 2 } })).toContain('upper bound is under 2 points')
})

test('clusters are named where prompts are in some', () => {
  expect(text()).toContain('both are of these clusters')
  const alone: typeof fixture = JSON.parse(JSON.stringify(fixture).replaceAll('two-way clusters', 'tango'))
  expect(text(alone)).not.toContain('clusters:')
})

test('several conditions are corrected for their number', () => {
  const [method] = fixture.conditions.filter(({ role }) => role === 'method')
  const one = method === undefined ? [] : [method]
  expect(text({ ...fixture, conditions: one })).not.toContain('Holm')
  expect(text({ ...fixture, conditions: [...one, ...one] })).toContain('Of the 2 conditions')
})
