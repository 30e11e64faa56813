/** Opens the store of a folder: one SQLite file, made when it is not there yet. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { PlimsollError } from '../errors.ts'
import { BUSY_MS, isBusy, nodeSqliteDialect, openDatabase, prepareForWriting } from './node-sqlite.ts'
import { checkSchema, prepareSchema, type Tables } from './schema.ts'
import { SqlStore } from './sql-store.ts'
import type { Store } from './types.ts'

/** `path` is a file, or `:memory:` for a store that ends with the process. A file that is no store of this version stays as it is. */
export async function openStore(path: string): Promise<Store> {
  const database = open(path)
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(database) })
  try {
    await waiting(async () => {
      const found = await checkSchema(db, path)
      prepareForWriting(database)
      await prepareSchema(db, found)
    })
  } catch (error) {
    await db.destroy()
    throw error
  }
  return new SqlStore(db)
}

/**
 * Where several processes make one file at once, SQLite gives up at once for some of the steps, since waiting there
 * could be waiting for each other: what was read may be old by then, so all of it is done again.
 */
async function waiting(step: () => Promise<void>): Promise<void> {
  const until = performance.now() + BUSY_MS
  for (;;) {
    try {
      return await step()
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error
      await setTimeout(20 * Math.random())
    }
  }
}

function open(path: string) {
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
    return openDatabase(path)
  } catch (cause) {
    throw new PlimsollError('store-invalid', 'The store cannot be opened', {
      found: cause instanceof Error ? cause.message : String(cause),
      expected: 'a SQLite file that can be written, or no file yet',
      fix: 'Name another file with --store, or move this one away.',
      where: path,
      cause,
    })
  }
}
