import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { record, storeContract } from '../../test/support/store-contract.ts'
import { toolVersion } from '../version.ts'
import { openStore } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const fresh = () => join(folder, `${files++}`, 'store.db')

describe('SQLite in memory', () => storeContract(() => openStore(':memory:')))
describe('SQLite in a file', () => storeContract(() => openStore(fresh())))

describe('a store file', () => {
  it('can be read by another while a study writes', async () => {
    const path = fresh()
    await using writer = await openStore(path)
    await using reader = await openStore(path)
    const saving = writer.saveChunk('k', [record('one')])
    expect(await reader.chunk('other')).toBeNull()
    await saving
    expect(await reader.chunk('k')).toHaveLength(1)
  })

  it('says which version of Plimsoll made it', async () => {
    const path = fresh()
    await (await openStore(path))[Symbol.asyncDispose]()
    using raw = new DatabaseSync(path)
    expect(raw.prepare('select key, value from meta order by key').all()).toMatchObject([
      { key: 'plimsoll', value: toolVersion },
      { key: 'schema', value: '1' },
    ])
  })

  it('is made once where several processes open it at the same moment', async () => {
    const path = fresh()
    const opened = `
      import { openStore } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}
      await using store = await openStore(${JSON.stringify(path)})
      console.log(await store.chunk('k'))`
    const run = promisify(execFile)
    const ended = await Promise.all(
      Array.from({ length: 8 }, () => run(process.execPath, ['--input-type=module', '-e', opened])),
    )
    expect(ended.map(({ stdout }) => stdout.trim())).toEqual(Array(8).fill('null'))
  })

  it('of a later version is refused with a way out, and left as it is', async () => {
    const path = fresh()
    mkdirSync(dirname(path))
    const raw = new DatabaseSync(path)
    raw.exec('create table meta (key text primary key, value text)')
    raw.exec("insert into meta values ('schema', '99'), ('plimsoll', '9.1.0')")
    raw.exec('create table other (made text)')
    raw.close()
    const before = readFileSync(path)
    await expect(openStore(path)).rejects.toMatchObject({
      code: 'store-invalid',
      found: 'schema 99, of Plimsoll 9.1.0',
      where: path,
      fix: expect.stringContaining('--store'),
    })
    expect(readFileSync(path)).toEqual(before)
  })

  it.each([
    ['notes', 'create table notes (text text)'],
    ['meta', 'create table meta (id integer, body blob)'],
    ['meta', 'create table meta (key text, value text); create table others (n integer)'],
  ])('of another program, with a table %s, is refused and left as it is', async (table, sql) => {
    const path = fresh()
    mkdirSync(dirname(path))
    const raw = new DatabaseSync(path)
    raw.exec(sql)
    raw.close()
    const before = readFileSync(path)
    await expect(openStore(path)).rejects.toMatchObject({
      code: 'store-invalid',
      message: expect.stringContaining('another program'),
      found: expect.stringContaining(table),
      where: path,
    })
    expect(readFileSync(path)).toEqual(before)
  })

  it('that is something else is refused', async () => {
    const path = join(folder, 'notes.txt')
    writeFileSync(path, 'These are notes, and no database. '.repeat(200))
    await expect(openStore(path)).rejects.toMatchObject({ code: 'store-invalid', where: path })
  })
})
