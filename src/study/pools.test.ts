import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { upstreamSets } from '../data/upstream.ts'
import { builtinStudies } from './builtin.ts'
import { loadStudy } from './config.ts'
import { planStudy } from './plan.ts'

test('a pool that is smaller than its parts are to be is told', async () => {
  const pools = { mine: { from: ['organism/harmless/fit'], fit: 100_000, select: 8 } }
  const { notes } = await planStudy({ study: 'demo', pools, fit: { pool: 'mine/fit' } })
  expect(notes).toEqual([expect.stringMatching(/^The pool mine is too small: \d+ rows of the 100000 for fit\.$/)])
})

const dataDir = process.env.PLIMSOLL_DATA ?? ''
const absent = dataDir === '' || upstreamSets.some(set => !existsSync(join(dataDir, set.path)))
if (absent) console.warn('\n  NOT RUN: pools of the studies on published data, since PLIMSOLL_DATA lacks some sets.\n')

const files = ['overrefusal', 'overrefusal-small', 'faithfulness', 'faithfulness-small'].map(
  name => `studies/paper/${name}.yaml`,
)
test.skipIf(absent).each([...Object.keys(builtinStudies), ...files])(
  'the pools of %s have what is tested left out, and are as large as it says',
  async study => {
    const { notes } = await planStudy(loadStudy(study, { model: 'organism' }), { dataDir })
    expect(notes.filter(note => note.includes('too small'))).toEqual([])
  },
)
