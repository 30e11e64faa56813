/** A result as the store gives it back: unknown until looked at. */
import { z } from 'zod'
import { PlimsollError } from '../errors.ts'
import { isResult } from './is-result.ts'
import type { StudyResult } from './result.ts'
import { Study } from './schema.ts'

/** @throws PlimsollError `store-invalid` for a result that another version wrote */
export function readResult(value: unknown): StudyResult {
  if (isResult(value)) return withJudges(value)
  throw new PlimsollError('store-invalid', 'The store holds a result that this version cannot read', {
    expected: 'a result of schema 1',
    fix: 'Run the study again: answers that are still valid are reused.',
  })
}

/** What later versions added of the judges stands at what it was without it. */
function withJudges(result: StudyResult): StudyResult {
  const { judge } = result
  if (judge === undefined) return result
  const labelled = judge.labelled && { ...judge.labelled, judges: judge.labelled.judges ?? [] }
  return {
    ...result,
    judge: {
      ...judge,
      labelled,
      graders: judge.graders ?? [],
      graded: judge.graded ?? [],
      agreement: judge.agreement ?? [],
    },
  }
}

/**
 * The resolved study of a run. What later versions added stands at what it was without it.
 * @throws what `Study` throws for another form
 */
export function readPlan(value: unknown): Study {
  const plan = z
    .looseObject({ references: z.looseObject({}), fit: z.looseObject({}), select: z.looseObject({}) })
    .safeParse(value)
  if (!plan.success) return Study.parse(value)
  const references = { randomKl: 0, permuted: 0, rows: null, ...plan.data.references }
  const select = { explore: false, klBudget: 1, efficacy: 0.8, ...plan.data.select }
  const fit = { resamples: 0, resampleRows: null, ...plan.data.fit }
  return Study.parse({ behaviour: 'refusal', ...plan.data, references, select, fit })
}
