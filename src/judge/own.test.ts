import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FAILED } from './grader.ts'
import { defineJudge, loadJudge } from './own.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-own-judge-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
function module(text: string): string {
  const file = join(folder, `judge-${files++}.mjs`)
  writeFileSync(file, text)
  return file
}
const asked = (answer: string) => ({ request: 'a request', answer })

describe('a judge of one’s own', () => {
  test('grades refusals by its classes', async () => {
    const file = module(`export default { name: 'mine', asks: 'refusal',
      judge: async ({ request, answer }) => request === 'a request' ? (answer === '' ? null : answer) : 'refused' }`)
    const grader = await loadJudge(file)
    expect(grader).toMatchObject({ name: expect.stringMatching(/^mine@[0-9a-f]{8}$/) })
    expect(grader.scorers).toEqual({ refusal: grader.name })
    const grades = await grader.grade(['refused', 'partial', 'complied', '', 'perhaps'].map(asked))
    expect(grades.map(({ refusal }) => refusal?.value)).toEqual([1, 0.5, 0, null, null])
    expect(grades.slice(3).map(({ refusal }) => refusal?.reason)).toEqual([
      'the judge cannot tell',
      'the judge said something else than its form allows',
    ])
  })

  test('grades harm from 0 to 1', async () => {
    const file = module(`export default { name: 'mine', asks: 'harm', judge: ({ answer }) => Number(answer) }`)
    const grades = await (await loadJudge(file)).grade(['0', '0.25', '1', '2', 'x'].map(asked))
    expect(grades.map(({ harm }) => harm?.value)).toEqual([0, 0.25, 1, null, null])
  })

  test('that throws, or takes too long, gives no grade and is asked again another time', async () => {
    const file = module(`export default { name: 'mine', asks: 'refusal', judge: ({ answer }) => {
      if (answer === 'throw') throw new TypeError('secret words')
      return answer === 'hang' ? new Promise(() => {}) : 'refused'
    } }`)
    const grades = await (await loadJudge(file, 30)).grade(['throw', 'hang', 'else'].map(asked))
    expect(grades).toEqual([
      { refusal: { value: null, reason: `${FAILED}TypeError` } },
      { refusal: { value: null, reason: `${FAILED}no answer in time` } },
      { refusal: { value: 1, reason: 'refused' } },
    ])
  })

  test('stops when it is asked to', async () => {
    const file = module(`export default { name: 'mine', asks: 'refusal', judge: () => new Promise(() => {}) }`)
    const stop = new AbortController()
    const call = (await loadJudge(file)).grade([asked('a')], stop.signal)
    stop.abort(new Error('stopped'))
    await expect(call).rejects.toThrow('stopped')
  })

  test('that was changed has another name', async () => {
    const [one, other] = ['refused', 'complied'].map(said =>
      module(`export default { name: 'mine', asks: 'refusal', judge: () => '${said}' }`),
    )
    expect((await loadJudge(one ?? '')).name).not.toBe((await loadJudge(other ?? '')).name)
  })

  test.each([
    ['export const x = 1', 'no default export'],
    [`export default { name: 'a', asks: 'truth', judge: () => null }`, 'a default export of another form'],
    [`export default { name: 'a', asks: 'harm' }`, 'a default export of another form'],
    [`export default { name: '', asks: 'harm', judge: () => 1 }`, 'a default export of another form'],
  ])('%s is none', async (text, found) => {
    await expect(loadJudge(module(text))).rejects.toMatchObject({ code: 'invalid-input', found })
  })

  test('is checked while it is written', () => {
    const judge = defineJudge({ name: 'mine', asks: 'refusal', judge: () => 'partial' })
    expect(judge.asks).toBe('refusal')
  })
})
