import { expect, test } from 'vitest'
import { resolveStudy } from './config.ts'
import { deviationsFrom } from './deviations.ts'

test('a study that changes nothing departs nowhere, whatever it is called and runs on', () => {
  for (const study of ['demo', 'overrefusal', 'overrefusal-quick'])
    expect(deviationsFrom(study, resolveStudy({ study, name: 'mine', title: 'Mine', model: 'other' }))).toEqual([])
})

test('every setting that differs is named, with both values', () => {
  const study = resolveStudy({
    study: 'demo',
    margins: { rates: 8 },
    limit: 20,
    references: { random: 3 },
    conditions: [{ method: 'diffmean', layer: 5 }],
  })
  expect(deviationsFrom('demo', study)).toEqual([
    { key: 'conditions', builtin: '[{"method":"diffmean"}]', used: '[{"method":"diffmean","layer":5}]' },
    { key: 'limit', builtin: 'null', used: '20' },
    { key: 'references.random', builtin: '1', used: '3' },
    { key: 'margins.rates', builtin: '5', used: '8' },
  ])
})
