import type * as z from 'zod'
import { PlimsollError } from '../../errors.ts'

/** A record of a published file, checked. */
export function parsed<Row>(schema: z.ZodType<Row>, value: unknown, where: string): Row {
  const found = schema.safeParse(value)
  if (found.success) return found.data
  const [issue] = found.error.issues
  throw new PlimsollError('data-invalid', 'A row has another form than the published set', {
    where,
    found: issue === undefined ? undefined : `${issue.path.join('.') || 'the row'}: ${issue.message}`,
    fix: 'Fetch the file again, or give own rows in the form { question, memory, context, passage }.',
  })
}
