/** Lets Kysely's SQLite dialect, made for better-sqlite3, talk to `node:sqlite`. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { SqliteDialect } from 'kysely'

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`A ${typeof value} cannot be stored: give text, a number, bytes or null`)
}

export function nodeSqliteDialect(database: DatabaseSync): SqliteDialect {
  return new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare(sql) {
        const statement = database.prepare(sql)
        return {
          reader: /^\s*(select|with|pragma|values|explain)\b|\breturning\b/i.test(sql),
          all: values => statement.all(...values.map(bindable)),
          run: values => statement.run(...values.map(bindable)),
          iterate: values => statement.iterate(...values.map(bindable)),
        }
      },
    },
  })
}

/** One file that a second process can read while this one writes. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec('pragma busy_timeout = 10000')
  database.exec('pragma journal_mode = wal')
  // With a write-ahead log this loses no consistency when the machine stops, at most the last transactions.
  database.exec('pragma synchronous = normal')
  database.exec('pragma foreign_keys = on')
  return database
}
