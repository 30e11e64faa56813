import { expect, test } from 'vitest'
import { openStore } from '../store/index.ts'
import { saveAsked } from './asked.ts'
import { changedRows, finishedPlan } from './finished.ts'
import { planStudy } from './plan.ts'

const started = { study: 'demo', engine: {}, started: '2026-11-28T00:00:00.000Z' }

test('rows that were asked otherwise, or are gone, are left out of a finished run and counted', async () => {
  await using store = await openStore(':memory:')
  const plan = await planStudy({ study: 'demo', limit: 12 })
  const [first, ...others] = plan.suites
  const [row, gone] = [first!.items[0]!, { ...first!.items[1]!, sample: 'removed since' }]
  if (row.kind !== 'answer') throw new Error('the first suite is answered in words')
  const before = { ...first!, items: [{ ...row, request: `${row.request} please` }, gone, ...first!.items.slice(1)] }
  const run = await store.startRun({ ...started, hash: 'a', plan: plan.study })
  await saveAsked(store, 'a', [before, ...others])

  const found = await finishedPlan(store, run, process.cwd())
  expect(found.changed).toBe(2)
  expect(found.plan.suites[0]?.items).toEqual(first!.items.slice(1))
  expect(found.plan.suites.slice(1)).toEqual(others)
  expect(changedRows(found.changed)).toMatch(/^2 rows .*left out/)
})

test('nothing is left out where nothing changed, or nobody kept what was asked', async () => {
  await using store = await openStore(':memory:')
  const plan = await planStudy({ study: 'demo', limit: 12 })
  const run = await store.startRun({ ...started, hash: 'a', plan: plan.study })
  expect(await finishedPlan(store, run, process.cwd())).toMatchObject({ changed: 0, plan: { suites: plan.suites } })
  await saveAsked(store, 'a', plan.suites)
  expect(await finishedPlan(store, run, process.cwd())).toMatchObject({ changed: 0, plan: { suites: plan.suites } })
  expect(changedRows(0)).toBeNull()
})
