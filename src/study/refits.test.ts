import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { small } from '../../test/support/small-study.ts'
import { openModel } from '../engine/open.ts'
import { openStore } from '../store/index.ts'
import { rescore } from './judging/rescore.ts'
import { planStudy } from './plan.ts'
import { methodOfFit, refitName } from './refit-name.ts'
import { reportMarkdown } from './report/markdown.ts'
import { runStudy } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-refits-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))

it('a fit has the name of its method', () => {
  expect(methodOfFit(refitName('diffmean constrained', 9))).toBe('diffmean constrained')
  expect(methodOfFit('diffmean')).toBeNull()
})

it('methods in closed form are fitted again on rows drawn anew, and the report says how much that changes', async () => {
  await using model = await openModel(organism, { name: 'organism', threads: 1 })
  await using store = await openStore(join(folder, 'store.db'))
  const plan = await planStudy({
    ...small,
    conditions: ['diffmean', { name: 'partial-or', method: 'partial-or', layer: 4, strength: 1 }, 'linear-probe'],
    references: { prompt: false, random: 0, randomKl: 0, permuted: 0 },
    safeguards: false,
    fit: { limit: 32, resamples: 3, resampleRows: 8 },
  })
  expect(plan.conditions.map(({ name }) => name).slice(4)).toEqual([
    ...['diffmean fit 1', 'diffmean fit 2', 'diffmean fit 3'],
    ...['partial-or fit 1', 'partial-or fit 2', 'partial-or fit 3'],
  ])
  const { result } = await runStudy(plan, { model, store })
  expect(result.conditions.map(({ name }) => name)).toEqual(['baseline', 'diffmean', 'partial-or', 'linear-probe'])
  const [, diffmean, partialOr, probe] = result.conditions
  expect(probe?.fits).toBeUndefined()
  // Six further vectors, none like another and none like the first two.
  const vectors = [diffmean, partialOr, ...(result.refits ?? [])].map(one => one?.vector)
  expect(new Set(vectors).size).toBe(8)
  for (const refit of result.refits ?? []) expect(refit.layer).toBe(4)
  expect(result.refits?.[0]?.strength).toBe(diffmean?.strength)
  const suites = diffmean?.fits?.suites ?? []
  expect(suites.map(({ axis }) => axis)).toContain('robustness')
  expect(suites.filter(({ axis }) => axis === null)).toHaveLength(1)
  for (const { rows, changes, mean, sd, ci } of suites) {
    expect(rows).toBeLessThanOrEqual(24)
    expect(changes).toHaveLength(3)
    const sum = changes.reduce((all, change) => all + change, 0)
    expect(mean).toBeCloseTo(sum / 3, 12)
    const squares = changes.reduce((all, change) => all + change * change, 0)
    expect(sd * sd).toBeCloseTo((squares - (sum * sum) / 3) / 2, 12)
    // The 97.5 % point of Student's t with two degrees of freedom, from a printed table.
    expect(ci[1] - mean).toBeCloseTo((4.302653 * sd) / Math.sqrt(3), 6)
    expect(mean - ci[0]).toBeCloseTo(ci[1] - mean, 12)
  }
  expect(reportMarkdown(result)).toContain('### 3 more fits of diffmean')
  const run = await store.run(result.run)
  if (run === null) throw new Error('no run')
  const again = await rescore(store, run, plan)
  expect(again.result.conditions.map(({ fits }) => fits)).toEqual(result.conditions.map(({ fits }) => fits))
}, 300_000)
