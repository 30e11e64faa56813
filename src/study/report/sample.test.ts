import { expect, test } from 'vitest'
import { resultFixture, samplesFixture } from '../../../test/support/result-fixture.ts'
import { drawSamples, methodLimits } from './sample.ts'

const all = [...samplesFixture(resultFixture(['over']))]

test('no more than the limits are kept, and all are counted', async () => {
  const groups = await drawSamples(all, () => methodLimits)
  expect(groups.length).toBeGreaterThan(5)
  for (const { kept, total, suite, condition } of groups) {
    const own = all.filter(sample => sample.suite === suite && sample.condition === condition)
    for (const change of ['lost', 'gained', 'same', 'unscored'] as const) {
      const count = own.filter(sample => sample.change === change).length
      expect(total[change]).toBe(count)
      expect(kept.filter(sample => sample.change === change)).toHaveLength(Math.min(count, methodLimits[change]))
    }
  }
})

test('the draw depends on no order and reads streams', async () => {
  async function* backwards() {
    yield* all.toReversed()
  }
  const sorted = (groups: Awaited<ReturnType<typeof drawSamples>>) =>
    groups.toSorted((a, b) => (a.suite + a.condition < b.suite + b.condition ? -1 : 1))
  const forwards = sorted(await drawSamples(all, () => methodLimits))
  expect(sorted(await drawSamples(backwards(), () => methodLimits))).toEqual(forwards)
})

test('the same prompts are drawn under every condition', async () => {
  const groups = await drawSamples(all, () => methodLimits)
  const [a, b] = groups.filter(({ suite }) => suite === 'jailbreakbench')
  expect(a!.condition).not.toBe(b!.condition)
  expect(a!.kept.map(({ id }) => id)).toEqual(b!.kept.map(({ id }) => id))
})
