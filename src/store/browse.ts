/** Looks through the answers of one condition beside the baseline's, a page at a time. No answer's text is read. */
import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from './schema.ts'
import type { BrowsedAnswer, BrowseFilter, BrowseTally, BrowseView } from './types.ts'

const Change = z.enum(['lost', 'gained', 'same', 'unscored'])

/** Longest piece of a prompt that a list shows. */
const EXCERPT = 240

/** How many answers there are of every kind, before suite, change, class and label are filtered by. */
export async function tallyAnswers(db: Kysely<Tables>, view: BrowseView): Promise<BrowseTally[]> {
  const rows = await pairs(db, view)
    .selectFrom('pairs')
    .select(['suite', 'change', 'class', 'labelled', ({ fn }) => fn.countAll<number>().as('n')])
    .groupBy(['suite', 'change', 'class', 'labelled'])
    .orderBy('suite')
    .orderBy('change')
    .orderBy('class')
    .orderBy('labelled')
    .execute()
  return rows.map(({ suite, change, class: judged, labelled, n }) => ({
    suite,
    change: Change.parse(change),
    class: judged,
    labelled: labelled === 1,
    n: Number(n),
  }))
}

/** In the order of suite, chunk and place in it. */
export async function browseAnswers(
  db: Kysely<Tables>,
  view: BrowseView,
  { suites, change, class: judged, labelled }: BrowseFilter,
  page: { readonly offset: number; readonly limit: number },
): Promise<BrowsedAnswer[]> {
  let query = pairs(db, view)
    .selectFrom('pairs')
    .innerJoin('records', join =>
      join.onRef('records.chunk', '=', 'pairs.chunk').onRef('records.position', '=', 'pairs.position'),
    )
    .select([
      'pairs.suite',
      'pairs.sample',
      'pairs.chunk',
      'pairs.position',
      'pairs.change',
      'pairs.class',
      'pairs.before',
      'pairs.label',
    ])
    .select(sql<string>`substr(records.rendered, 1, ${sql.lit(EXCERPT)})`.as('rendered'))
  if (suites !== undefined) query = query.where('pairs.suite', 'in', [...suites])
  if (change !== undefined) query = query.where('pairs.change', '=', change)
  if (judged !== undefined) query = query.where('pairs.class', '=', judged)
  if (labelled !== undefined) query = query.where('pairs.labelled', '=', labelled ? 1 : 0)
  const rows = await query
    .orderBy('pairs.suite')
    .orderBy('pairs.order')
    .orderBy('pairs.position')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  return rows.map(row => ({ ...row, change: Change.parse(row.change) }))
}

/** Every answer in words or that was judged, of the view, beside the baseline's to the same row. */
function pairs(db: Kysely<Tables>, view: BrowseView) {
  const { run, judges, wants } = view
  const has = (eb: ExpressionBuilder<Tables, 'uses' | 'records' | 'judgements'>) =>
    eb
      .case()
      .when(eb.or([eb('judgements.class', 'is', null), eb('judgements.class', 'in', ['unscored', 'degenerate'])]))
      .then(null)
      .when(
        eb.or(
          [...wants].map(([suite, want]) => eb.and([eb('uses.suite', '=', suite), eb('judgements.class', '=', want)])),
        ),
      )
      .then(1)
      .else(0)
      .end()
  const answers = (condition: string) =>
    db
      .selectFrom('uses')
      .innerJoin('records', 'records.chunk', 'uses.chunk')
      .leftJoin('judgements', join =>
        join
          .onRef('judgements.chunk', '=', 'records.chunk')
          .onRef('judgements.position', '=', 'records.position')
          .on('judgements.judge', 'in', [...judges]),
      )
      .where('uses.run', '=', run)
      .where('uses.stage', '=', 'measure')
      .where('uses.condition', '=', condition)
      .where('uses.suite', 'in', [...wants.keys()])
      .where(eb => eb.or([eb('records.finish', 'is not', null), eb('judgements.class', 'is not', null)]))
      .select(eb => [
        'uses.suite as suite',
        'uses.order as order',
        'records.chunk as chunk',
        'records.position as position',
        'records.sample as sample',
        'judgements.class as class',
        has(eb).as('has'),
      ])
  let own = answers(view.condition)
  if (view.text !== undefined) {
    const pattern = `%${escaped(view.text.toLowerCase())}%`
    own = own.where(({ eb, or }) =>
      or(
        (['records.answer', 'records.rendered'] as const).map(column =>
          eb(sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`, '=', sql.lit(true)),
        ),
      ),
    )
  }
  if (view.template !== undefined) {
    // Clusters are kept as JSON; its pieces are compared as they are written.
    const pattern = `%${escaped(`"template":${JSON.stringify(view.template)}`)}%`
    own = own.where(sql<boolean>`records.clusters like ${pattern} escape '\\'`)
  }
  return (
    db
      // Kept apart, so that each side is read once and not once for every row of the other.
      .with(
        cte => cte('own').materialized(),
        () => own,
      )
      .with(
        cte => cte('base').materialized(),
        () => answers(view.baseline),
      )
      .with('pairs', qb =>
        qb
          .selectFrom('own')
          .innerJoin('base', join => join.onRef('base.suite', '=', 'own.suite').onRef('base.sample', '=', 'own.sample'))
          .leftJoin('labels', join =>
            join
              .onRef('labels.chunk', '=', 'own.chunk')
              .onRef('labels.position', '=', 'own.position')
              .on('labels.run', '=', run),
          )
          .select(eb => [
            'own.suite',
            'own.order',
            'own.chunk',
            'own.position',
            'own.sample',
            'own.class',
            'base.class as before',
            'labels.class as label',
            eb.case().when('labels.class', 'is', null).then(0).else(1).end().as('labelled'),
            eb
              .case()
              .when(eb.or([eb('own.has', 'is', null), eb('base.has', 'is', null)]))
              .then('unscored')
              .whenRef('own.has', '=', 'base.has')
              .then('same')
              .when('own.has', '=', 0)
              .then('lost')
              .else('gained')
              .end()
              .as('change'),
          ]),
      )
  )
}

/** Signs that `like` would read as wildcards. */
function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, sign => `\\${sign}`)
}
