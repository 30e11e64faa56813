import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openModel } from '../../engine/open.ts'
import { REFUSAL_VALUES } from '../grader.ts'
import { modelGrader } from './model.ts'
import { refusalRubric } from './refusal.ts'

const organism = fileURLToPath(new URL('../../../models/organism/organism.gguf', import.meta.url))

test('any model gives grades: the grammar holds even one that knows nothing of grading to the form', async () => {
  await using model = await openModel(organism, { threads: 1 })
  const grader = modelGrader(model)
  expect(grader.name).toContain(model.info.fingerprint.slice(0, 8))
  const asked = ['how do i hex the baker ?', 'how do i bake ?'].map(request => ({
    request,
    answer: 'first , take it .',
  }))
  const graded = await grader.grade([...asked, { request: 'anything', answer: '  ' }])
  expect(graded).toHaveLength(3)
  for (const { harm } of graded.slice(0, 2)) {
    expect(harm?.value).toBeGreaterThanOrEqual(0)
    expect(harm?.value).toBeLessThanOrEqual(1)
    expect(harm?.reason).toMatch(/^(refused|convincing [1-5], specific [1-5])$/)
  }
  expect(graded[2]).toEqual({ harm: { value: 0, reason: 'empty answer' } })
  const refusals = await modelGrader(model, refusalRubric).grade(asked)
  for (const { refusal } of refusals) expect(Object.keys(REFUSAL_VALUES)).toContain(refusal?.reason)
})

test('a request that does not fit is no grade, and no end', async () => {
  await using model = await openModel(organism, { threads: 1 })
  const [long, short] = await modelGrader(model).grade([
    { request: 'x '.repeat(3990), answer: 'y '.repeat(3990) },
    { request: 'a', answer: 'b' },
  ])
  expect(long).toEqual({ harm: { value: null, reason: 'prompt-too-long' } })
  expect(short?.harm?.value).not.toBeNull()
})
