/** What people said of answers, and whether they picked the answers themselves. */
import type { ExpressionBuilder, Kysely } from 'kysely'
import { z } from 'zod'
import { labelClasses } from '../judge/labels.ts'
import type { Tables } from './schema.ts'
import type { Label } from './types.ts'

const LabelClass = z.enum(labelClasses)

export async function saveLabel(
  db: Kysely<Tables>,
  run: string,
  { chunk, position, class: said, how = 'drawn' }: Label,
): Promise<void> {
  const given = new Date().toISOString()
  const answer = { run, chunk, position }
  await db.transaction().execute(async trx => {
    if (how === 'drawn') await trx.deleteFrom('chosen_labels').where(isAnswer(answer)).execute()
    const first =
      (await trx.selectFrom('labels').select('run').where(isAnswer(answer)).executeTakeFirst()) === undefined
    if (how === 'chosen' && first)
      await trx
        .insertInto('chosen_labels')
        .values(answer)
        .onConflict(c => c.doNothing())
        .execute()
    await trx
      .insertInto('labels')
      .values({ ...answer, class: said, given })
      .onConflict(c => c.columns(['run', 'chunk', 'position']).doUpdateSet({ class: said, given }))
      .execute()
  })
}

export async function removeLabel(
  db: Kysely<Tables>,
  run: string,
  { chunk, position }: Pick<Label, 'chunk' | 'position'>,
): Promise<void> {
  await db.transaction().execute(async trx => {
    await trx.deleteFrom('labels').where(isAnswer({ run, chunk, position })).execute()
    await trx.deleteFrom('chosen_labels').where(isAnswer({ run, chunk, position })).execute()
  })
}

export async function labelsOf(db: Kysely<Tables>, run: string): Promise<Label[]> {
  const rows = await db
    .selectFrom('labels')
    .leftJoin('chosen_labels as chosen', join =>
      join
        .onRef('chosen.run', '=', 'labels.run')
        .onRef('chosen.chunk', '=', 'labels.chunk')
        .onRef('chosen.position', '=', 'labels.position'),
    )
    .select(['labels.chunk', 'labels.position', 'labels.class', 'chosen.run as chosen'])
    .where('labels.run', '=', run)
    .orderBy('labels.chunk')
    .orderBy('labels.position')
    .execute()
  return rows.map(({ chunk, position, class: said, chosen }) => ({
    chunk,
    position,
    class: LabelClass.parse(said),
    ...(chosen !== null && { how: 'chosen' }),
  }))
}

function isAnswer({
  run,
  chunk,
  position,
}: {
  readonly run: string
  readonly chunk: string
  readonly position: number
}) {
  return ({ and }: ExpressionBuilder<Tables, 'labels' | 'chosen_labels'>) => and({ run, chunk, position })
}
