/** Tables of the store. Values that are not flat are JSON text, parsed when read. */
import type { Kysely } from 'kysely'
import { PlimsollError } from '../errors.ts'
import { toolVersion } from '../version.ts'

/** Raised whenever a table changes. */
export const SCHEMA_VERSION = 1

export interface Tables {
  meta: { key: string; value: string }
  runs: {
    hash: string
    study: string
    plan: string
    engine: string
    started: string
    finished: string | null
    result: string | null
  }
  chunks: { key: string; records: number; saved: string }
  uses: { run: string; chunk: string; stage: string; condition: string; suite: string; order: number }
  records: {
    chunk: string
    position: number
    sample: string
    rendered: string
    answer: string
    finish: string | null
    prompt_tokens: number
    tokens: string
    trace: string | null
    likelihoods: string | null
    clusters: string
  }
  judgements: { chunk: string; position: number; judge: string; class: string; rule: string; evidence: string }
  scores: { chunk: string; position: number; scorer: string; value: number | null; reason: string }
  labels: { run: string; chunk: string; position: number; class: string; given: string }
  /** Labelled answers that were picked, not drawn. */
  chosen_labels: { run: string; chunk: string; position: number }
  artefacts: { key: string; body: string }
  sessions: {
    id: string
    run: string
    host: string
    pid: number
    began: string
    seen: string
    ended: string | null
    planned: number
  }
}

/**
 * Says whether the database is empty, or a store already. Reads, and writes nothing.
 * @throws PlimsollError `store-invalid` for a database of another program, and for a store of another version
 */
export async function checkSchema(db: Kysely<Tables>, where: string): Promise<'empty' | 'store'> {
  const tables = (await db.introspection.getTables()).map(table => table.name)
  if (tables.length === 0) return 'empty'
  const meta = tables.includes('meta') ? await metaOf(db) : new Map<string, string>()
  const schema = meta.get('schema')
  if (schema === undefined)
    throw new PlimsollError('store-invalid', 'The store is a database of another program', {
      found: `the tables ${tables.slice(0, 5).join(', ')}${tables.length > 5 ? ` and ${tables.length - 5} more` : ''}`,
      expected: 'a store of Plimsoll, or no file yet',
      fix: 'Name another file with --store; this one is left as it is.',
      where,
    })
  if (Number(schema) === SCHEMA_VERSION) return 'store'
  const writer = meta.get('plimsoll')
  throw new PlimsollError('store-invalid', 'The store was written by another version of Plimsoll', {
    found: `schema ${schema}${writer === undefined ? '' : `, of Plimsoll ${writer}`}`,
    expected: `schema ${SCHEMA_VERSION}, of Plimsoll ${toolVersion}`,
    fix: 'Update Plimsoll, or name another store with --store; the old one is left as it is.',
    where,
  })
}

/** A table of this name may be another program's, with other columns. */
async function metaOf(db: Kysely<Tables>): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('meta')
    .select(['key', 'value'])
    .execute()
    .catch(() => [])
  return new Map(rows.map(({ key, value }) => [key, value]))
}

/** Creates the tables that are not there yet. */
export async function prepareSchema(db: Kysely<Tables>, found: 'empty' | 'store'): Promise<void> {
  if (found === 'empty') await createTables(db)
  await addTables(db)
}

/** Tables that stores of this schema may lack. An earlier version that opens the store passes over them. */
async function addTables({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable('sessions')
    .ifNotExists()
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('run', 'text', c => c.notNull())
    .addColumn('host', 'text', c => c.notNull())
    .addColumn('pid', 'integer', c => c.notNull())
    .addColumn('began', 'text', c => c.notNull())
    .addColumn('seen', 'text', c => c.notNull())
    .addColumn('ended', 'text')
    .addColumn('planned', 'integer', c => c.notNull())
    .execute()
  await schema
    .createTable('scores')
    .ifNotExists()
    .addColumn('chunk', 'text', c => c.notNull())
    .addColumn('position', 'integer', c => c.notNull())
    .addColumn('scorer', 'text', c => c.notNull())
    .addColumn('value', 'double precision')
    .addColumn('reason', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('scores_key', ['chunk', 'position', 'scorer'])
    .execute()
  await schema
    .createTable('labels')
    .ifNotExists()
    .addColumn('run', 'text', c => c.notNull())
    .addColumn('chunk', 'text', c => c.notNull())
    .addColumn('position', 'integer', c => c.notNull())
    .addColumn('class', 'text', c => c.notNull())
    .addColumn('given', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('labels_key', ['run', 'chunk', 'position'])
    .execute()
  await schema
    .createTable('chosen_labels')
    .ifNotExists()
    .addColumn('run', 'text', c => c.notNull())
    .addColumn('chunk', 'text', c => c.notNull())
    .addColumn('position', 'integer', c => c.notNull())
    .addPrimaryKeyConstraint('chosen_labels_key', ['run', 'chunk', 'position'])
    .execute()
}

async function createTables(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async trx => {
    const { schema } = trx
    await schema
      .createTable('meta')
      .ifNotExists()
      .addColumn('key', 'text', c => c.primaryKey())
      .addColumn('value', 'text', c => c.notNull())
      .execute()
    await schema
      .createTable('runs')
      .ifNotExists()
      .addColumn('hash', 'text', c => c.primaryKey())
      .addColumn('study', 'text', c => c.notNull())
      .addColumn('plan', 'text', c => c.notNull())
      .addColumn('engine', 'text', c => c.notNull())
      .addColumn('started', 'text', c => c.notNull())
      .addColumn('finished', 'text')
      .addColumn('result', 'text')
      .execute()
    await schema
      .createTable('chunks')
      .ifNotExists()
      .addColumn('key', 'text', c => c.primaryKey())
      .addColumn('records', 'integer', c => c.notNull())
      .addColumn('saved', 'text', c => c.notNull())
      .execute()
    await schema
      .createTable('uses')
      .ifNotExists()
      .addColumn('run', 'text', c => c.notNull().references('runs.hash'))
      .addColumn('chunk', 'text', c => c.notNull())
      .addColumn('stage', 'text', c => c.notNull())
      .addColumn('condition', 'text', c => c.notNull())
      .addColumn('suite', 'text', c => c.notNull())
      .addColumn('order', 'integer', c => c.notNull())
      .addPrimaryKeyConstraint('uses_key', ['run', 'stage', 'condition', 'suite', 'order'])
      .execute()
    await schema
      .createTable('records')
      .ifNotExists()
      .addColumn('chunk', 'text', c => c.notNull().references('chunks.key'))
      .addColumn('position', 'integer', c => c.notNull())
      .addColumn('sample', 'text', c => c.notNull())
      .addColumn('rendered', 'text', c => c.notNull())
      .addColumn('answer', 'text', c => c.notNull())
      .addColumn('finish', 'text')
      .addColumn('prompt_tokens', 'integer', c => c.notNull())
      .addColumn('tokens', 'text', c => c.notNull())
      .addColumn('trace', 'text')
      .addColumn('likelihoods', 'text')
      .addColumn('clusters', 'text', c => c.notNull())
      .addPrimaryKeyConstraint('records_key', ['chunk', 'position'])
      .execute()
    await schema
      .createTable('judgements')
      .ifNotExists()
      .addColumn('chunk', 'text', c => c.notNull())
      .addColumn('position', 'integer', c => c.notNull())
      .addColumn('judge', 'text', c => c.notNull())
      .addColumn('class', 'text', c => c.notNull())
      .addColumn('rule', 'text', c => c.notNull())
      .addColumn('evidence', 'text', c => c.notNull())
      .addPrimaryKeyConstraint('judgements_key', ['chunk', 'position', 'judge'])
      .execute()
    await schema
      .createTable('artefacts')
      .ifNotExists()
      .addColumn('key', 'text', c => c.primaryKey())
      .addColumn('body', 'text', c => c.notNull())
      .execute()
    await trx
      .insertInto('meta')
      .values([
        { key: 'schema', value: String(SCHEMA_VERSION) },
        { key: 'plimsoll', value: toolVersion },
      ])
      .onConflict(conflict => conflict.doNothing())
      .execute()
  })
}
