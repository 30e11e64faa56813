import { expect, test } from 'vitest'
import { sha256 } from './hash.ts'
import { pullModel } from './pull.ts'
import { DEFAULT_MODEL } from './registry.ts'

const pulled = await pullModel(DEFAULT_MODEL).catch(error => {
  console.warn(`NOT RUN: test on ${DEFAULT_MODEL}, which is not in the cache and cannot be pulled:\n${error.found}`)
})

test.runIf(pulled)('the default model in the cache is the file that was looked at', async () => {
  if (pulled) expect(await sha256(pulled.file)).toBe(pulled.entry.sha256)
})
