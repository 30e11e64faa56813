/** From a module named in a study file to a suite with rows. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { sha256 } from '../data/hash.ts'
import { PlimsollError } from '../errors.ts'
import { type OwnRow, type OwnSuite, ownSuite, type Suite } from '../measure/suites/index.ts'
import type { AxisName } from '../measure/types.ts'
import { defaultExportOf } from '../own-module.ts'
import { pathFrom } from './config.ts'
import type { Loader } from './rows.ts'
import { Name } from './schema/words.ts'
import type { OwnSuiteEntry, Study } from './schema.ts'

/**
 * Loads a module of this machine. Whoever names it runs it.
 * @throws PlimsollError `not-found`, `invalid-input` for a module that exports no suite or gives no rows, `data-invalid`
 */
export async function loadOwnSuite(
  entry: OwnSuiteEntry,
  axis: AxisName,
  { seed, limit }: Study,
  loader: Loader,
): Promise<Suite> {
  const file = pathFrom(loader.folder, entry.suite)
  const own = await defaultExportOf(file, 'suite')
  if (!isOwnSuite(own))
    throw new PlimsollError('invalid-input', 'The module exports no suite', {
      found: own === undefined ? 'no default export' : 'a default export of another form',
      expected:
        "export default defineSuite({ name, property, rows: () => [{ prompt }], check: answer => … or want: 'complied' })",
      where: file,
      fix: 'See docs/studies.md, "A suite of one’s own".',
    })
  const name = entry.name ?? own.name
  const made = await rowsOf(own.rows, seed, file)
  const most = Math.min(entry.limit ?? made.length, limit ?? made.length)
  const rows = loader.atHand(name, made, most, seed)
  return ownSuite(name, axis, own, { made, rows, module: sha256(readFileSync(file)) })
}

const isFunction = z.custom(one => typeof one === 'function')
const form = z
  .object({
    name: Name,
    property: z.string().trim().min(1),
    phrases: z.object({ more: z.string(), fewer: z.string() }).optional(),
    rows: isFunction,
    want: z.enum(['complied', 'refused']).optional(),
    check: isFunction.optional(),
    harmful: z.boolean().optional(),
    extra: z.boolean().optional(),
  })
  .refine(({ want, check }) => (want === undefined) !== (check === undefined))

function isOwnSuite(value: unknown): value is OwnSuite {
  return form.safeParse(value).success
}

const Rows = z
  .array(
    z.looseObject({
      id: z.string().min(1).optional(),
      prompt: z.string(),
      system: z.string().optional(),
      turns: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.string() })).optional(),
      prefill: z.string().optional(),
    }),
  )
  .min(1)

/** What somebody else's code gives is looked at before a model is asked it. */
async function rowsOf(
  rows: (told: { seed: number }) => unknown,
  seed: number,
  file: string,
): Promise<readonly OwnRow[]> {
  const fault = (found: string, cause?: unknown) =>
    new PlimsollError('invalid-input', 'The suite gave no rows', {
      found,
      expected: 'a list of { prompt, id?, category?, system?, turns?, prefill? }',
      where: file,
      fix: 'Correct what `rows` returns.',
      cause,
    })
  let given: unknown
  try {
    given = await rows({ seed })
  } catch (cause) {
    throw fault(cause instanceof Error ? cause.message : String(cause), cause)
  }
  const parsed = Rows.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw fault(`${issue?.path.map(String).join('.') || 'the whole'}: ${issue?.message ?? 'of another form'}`)
  }
  return parsed.data.map((row, i) => ({ ...row, id: row.id ?? `row-${i + 1}` }))
}
