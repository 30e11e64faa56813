import { expect, test } from 'vitest'
import { parseStudy, resolveStudy } from '../../src/study/config.ts'
import { measureStudy, strengthsOf } from '../../web/src/make/measure-study.ts'

test.each(['mine', '1e5', 'true', 'x'.repeat(60), 'a.b_c-d'])('a study that measures %s', vector => {
  const file = parseStudy(measureStudy({ vector, model: 'organism', base: 'demo', strengths: [0.5, -2] }), 'a page')
  expect(resolveStudy(file)).toMatchObject({
    name: `${vector}-measured`,
    conditions: [
      { name: `${vector} 0.5`, vector: `./${vector}.safetensors`, strength: 0.5 },
      { name: `${vector} -2`, vector: `./${vector}.safetensors`, strength: -2 },
    ],
  })
})

test('strengths, as they are written', () => {
  expect(strengthsOf('1')).toEqual([1])
  expect(strengthsOf(' 0.5, 1;2  -1 1')).toEqual([0.5, 1, 2, -1])
  for (const text of ['', ' , ', 'one', '1, x', '1e9', 'NaN', '1 2 3 4 5 6 7 8 9']) expect(strengthsOf(text)).toBeNull()
})
