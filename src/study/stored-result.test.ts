import { expect, test } from 'vitest'
import { resolveStudy } from './config.ts'
import { readPlan } from './stored-result.ts'

test('the plan of a run that was made before there were more references, and strengths were explored, is read as it was', () => {
  const study = resolveStudy({ study: 'demo' })
  const { randomKl: _, permuted: __, rows: ____, ...references } = study.references
  const { explore: ___, ...select } = study.select
  expect(readPlan({ ...study, references, select })).toEqual({
    ...study,
    references: { ...references, randomKl: 0, permuted: 0, rows: null },
    select: { ...select, explore: false },
  })
  expect(readPlan(study)).toEqual(study)
  expect(() => readPlan({ ...study, seed: 'none' })).toThrow()
})
