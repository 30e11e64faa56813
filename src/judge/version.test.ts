import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { JUDGING } from './version.ts'

/** SHA-256 of what decides how an answer is read, by version. */
const known: Readonly<Record<number, string>> = {
  1: '1f96cf47fc2ec9ce2bb062b7413dc05c02ba20c7a0d12a5fe92f879921518235',
}

test('whoever changes how answers are read raises the version, or says that nothing is read otherwise', () => {
  const hash = createHash('sha256')
  for (const file of ['refusal.ts', 'degenerate.ts', 'sentences.ts'])
    hash.update(readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll('\r\n', '\n'))
  // After a change: raise JUDGING and add a line to `known`; where no judgement can differ, replace the digest.
  expect({ [JUDGING]: hash.digest('hex') }).toEqual({ [JUDGING]: known[JUDGING] })
})
