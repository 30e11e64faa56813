import fc from 'fast-check'
import { expect, it } from 'vitest'
import { VectorName } from '../vectors/names.ts'
import { storedName } from './stored-name.ts'

const run = '0123456789abcdef'

it('names study, condition and run as they are where a name can hold them', () => {
  expect(storedName({ study: 'demo', condition: 'diffmean', run })).toBe('demo.diffmean.01234567')
  const study = 'x'.repeat(50)
  expect(storedName({ study, condition: 'abcd', run })).toBe(`${study}.abcd.01234567`)
})

it.each([
  ['of a long study', { study: 'x'.repeat(70) }, ['diffmean', 'pca']],
  ['that differ at their end', { study: 'demo' }, [`${'x'.repeat(60)}1`, `${'x'.repeat(60)}2`]],
  ['whose signs a name cannot hold', { study: 'demo' }, ['拒否', '許可', 'mine 0.5', 'mine-0.5', '-0.5', '0.5']],
])('gives conditions %s names of their own', (_what, study, conditions) => {
  const names = conditions.map(condition => storedName({ ...study, condition, run }))
  expect(new Set(names).size).toBe(conditions.length)
})

it('keeps of a long study’s name what leaves the condition whole', () => {
  expect(storedName({ study: 'x'.repeat(70), condition: 'diffmean', run })).toMatch(/^x+\.diffmean\.[0-9a-z]{7}\./)
})

it('is a name of a vector, whatever study and condition are called', () => {
  const name = fc.string({ unit: 'binary', maxLength: 90 })
  fc.assert(
    fc.property(name, name, (study, condition) => {
      expect(VectorName.safeParse(storedName({ study, condition, run })).success).toBe(true)
    }),
  )
  expect(storedName({ study: '日本', condition: '', run })).toMatch(/^study\.condition\.[0-9a-z]{7}\.01234567$/)
})
