import { expect, test } from 'vitest'
import { resultFixture } from '../../../test/support/result-fixture.ts'
import { citations, listDatasets } from '../../data/index.ts'
import { resolveStudy } from '../config.ts'
import { bibtex } from './methods-text.ts'
import { citationsOf, sourcesOf } from './sources.ts'

test('the sets that a study names, wherever it names them, and its own files', () => {
  const plan = resolveStudy({
    study: 'overrefusal',
    model: 'm',
    measure: { control: ['jailbreakbench', { prompts: { file: 'mine.csv' } }] },
  })
  const { sets, files } = sourcesOf(plan)
  // Those in English are asked for the curves over the strength.
  expect(sets.map(({ name }) => name).sort()).toEqual([
    'advbench',
    'english/choice/select',
    'english/templates/select',
    'jailbreakbench',
    'jailbreakhub',
    'malicious-instruct',
    'mmlu',
    'or-bench',
    'or-bench/val',
    'refusal-direction/harmful',
    'refusal-direction/harmless',
    'wikitext2',
    'xstest/safe',
  ])
  expect(files).toEqual(['mine.csv'])
  expect(citationsOf(sets)).toHaveLength(9)
})

test('every published set has a citation, in BibTeX that closes its braces', () => {
  for (const { name, source } of listDatasets()) {
    if (source !== 'packaged') expect(citations, name).toHaveProperty([name.split('/')[0] ?? ''])
  }
  const plan = resolveStudy({ study: 'overrefusal', model: 'm' })
  const text = bibtex({ ...resultFixture(), plan })
  const keys = [...text.matchAll(/^@\w+\{([^,]+),$/gm)].map(([, key]) => key)
  expect(keys.length).toBeGreaterThan(12)
  expect(new Set(keys).size).toBe(keys.length)
  expect(text.split('{').length).toBe(text.split('}').length)
})
