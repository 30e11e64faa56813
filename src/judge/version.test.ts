import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { JUDGING } from './version.ts'

/** SHA-256 of what decides how an answer is read, by version. */
const known: Readonly<Record<number, string>> = {
  1: 'e3b32d5d7c27021b1dd4128961f31866ed1f1cb389ac4ea0fcde259a97342828',
}

test('whoever changes how answers are read raises the version, or says that nothing is read otherwise', () => {
  const hash = createHash('sha256')
  for (const file of ['refusal.ts', 'degenerate.ts', 'sentences.ts'])
    hash.update(readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll('\r\n', '\n'))
  // After a change: raise JUDGING and add a line to `known`; where no judgement can differ, replace the digest.
  expect({ [JUDGING]: hash.digest('hex') }).toEqual({ [JUDGING]: known[JUDGING] })
})
