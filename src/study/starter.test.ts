import { expect, it } from 'vitest'
import { builtinStudies } from './builtin.ts'
import { parseStudy, resolveStudy } from './config.ts'
import { starterFile } from './starter.ts'

it.each(Object.keys(builtinStudies))('a file to begin with is %s on the model and nothing else', study => {
  const text = starterFile({ study, model: './my models/a: b.gguf' })
  const file = parseStudy(text, 'study.yaml')
  expect(file).toEqual({ version: 1, study, model: './my models/a: b.gguf', conditions: ['diffmean'] })
  expect(resolveStudy(file).conditions).toEqual([{ method: 'diffmean' }])
})

it('what stands in its comments is accepted too', () => {
  const text = starterFile({ study: 'overrefusal', model: 'organism' })
  const settings = text
    .replace('conditions: [diffmean]\n', '')
    .split('\n')
    .map(line =>
      /^# (?:name|title|conditions|system|fit|select|measure|margins|generation|seed| {2})/.test(line)
        ? line.slice(2)
        : line,
    )
    .join('\n')
  const file = parseStudy(settings, 'study.yaml')
  expect(Object.keys(file).sort()).toEqual(
    [
      'version',
      'name',
      'title',
      'study',
      'model',
      'conditions',
      'system',
      'fit',
      'select',
      'measure',
      'margins',
      'generation',
      'seed',
    ].sort(),
  )
  expect(resolveStudy(file).conditions).toHaveLength(3)
})
