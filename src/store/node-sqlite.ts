/** Lets Kysely's SQLite dialect, made for better-sqlite3, talk to `node:sqlite`. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { SqliteDialect } from 'kysely'

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`A ${typeof value} cannot be stored: give text, a number, bytes or null`)
}

const nothingChanged = { changes: 0, lastInsertRowid: 0 }

export function nodeSqliteDialect(database: DatabaseSync): SqliteDialect {
  return new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare(sql) {
        const statement = database.prepare(sql)
        return {
          reader: /^\s*(select|with|pragma|values|explain)\b|\breturning\b/i.test(sql),
          all: values => statement.all(...values.map(bindable)),
          run(values) {
            // A full disk makes SQLite roll back by itself; rolling back once more would hide why.
            if (sql === 'rollback' && database.isTransaction === false) return nothingChanged
            return statement.run(...values.map(bindable))
          },
          iterate: values => statement.iterate(...values.map(bindable)),
        }
      },
    },
  })
}

/** How long one process waits for another that writes. */
export const BUSY_MS = 10_000

/** Whether the file was locked by another process; extended codes hold the plain one in their lowest byte. */
export function isBusy(error: unknown): boolean {
  const SQLITE_BUSY = 5
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY
}

/** Opens a file without changing it, since it may turn out to be somebody else's. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec(`pragma busy_timeout = ${BUSY_MS}`)
  // The first that is read of the file: nothing else would fail on one that is no database.
  database.prepare('select count(*) from sqlite_master').get()
  return database
}

/** One file that a second process can read while this one writes. */
export function prepareForWriting(database: DatabaseSync): void {
  database.exec('pragma journal_mode = wal')
  // With a write-ahead log this loses no consistency when the machine stops, at most the last transactions.
  database.exec('pragma synchronous = normal')
  database.exec('pragma foreign_keys = on')
}
