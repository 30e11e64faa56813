import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { record, storeContract } from '../../test/support/store-contract.ts'
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

  it('of a later version is refused with a way out', async () => {
    const path = fresh()
    await (await openStore(path))[Symbol.asyncDispose]()
    const raw = new DatabaseSync(path)
    raw.exec("update meta set value = '99'")
    raw.close()
    await expect(openStore(path)).rejects.toMatchObject({
      code: 'store-invalid',
      found: 'schema 99',
      where: path,
      fix: expect.stringContaining('--store'),
    })
  })

  it('that is something else is refused', async () => {
    const path = join(folder, 'notes.txt')
    writeFileSync(path, 'These are notes, and no database. '.repeat(200))
    await expect(openStore(path)).rejects.toMatchObject({ code: 'store-invalid', where: path })
  })
})
