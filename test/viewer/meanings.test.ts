import { expect, test } from 'vitest'
import { axes, states, verdicts } from '../../src/study/report/words.ts'
import { meaningsOf } from '../../web/src/study/meanings.ts'

test('every word of a verdict is explained', () => {
  const looks = [...Object.values(states), ...Object.values(verdicts)]
  const said = new Set([...axes, ...looks.map(({ word }) => word.toLowerCase()), 'lost / gained', 'the line'])
  const meanings = meaningsOf({ rates: 5, perplexity: 10, degenerate: 2 })
  expect(new Set(meanings.map(([word]) => word))).toEqual(said)
})
