import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openModel } from '../engine/open.ts'
import type { Progress } from '../progress.ts'
import { estimate } from './estimate.ts'
import { planStudy } from './plan.ts'

it('an estimate grows with the plan and is in seconds', async () => {
  const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))
  await using model = await openModel(organism, { threads: 1 })
  const [few, many] = [await planStudy({ study: 'demo', limit: 16 }), await planStudy('demo')]
  const seen: Progress[] = []
  const onProgress = (event: Progress) => void seen.push(event)
  const [short, long] = [await estimate(model, few, { onProgress }), await estimate(model, many)]
  const asked = [...new Set([...few.suites, ...few.explored].map(({ name }) => name))]
  expect(seen.map(({ detail }) => detail).toSorted()).toEqual(asked.toSorted())
  expect(seen.map(({ done }) => done)).toEqual(asked.map((_, i) => i))
  expect(short.tokensPerSecond).toBeGreaterThan(0)
  // Speeds differ from one moment to the next, but not as the work does: the one is some ten times the other.
  expect(long.seconds).toBeGreaterThan(short.seconds)
  const trained = await planStudy({
    study: 'demo',
    limit: 16,
    conditions: [{ method: 'ssv', parameters: { epochs: 400 } }],
  })
  expect((await estimate(model, trained)).seconds).toBeGreaterThan(2 * short.seconds)
})
