import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { writeTinyGuard } from '../../../test/support/tiny-guard.ts'
import { openModel } from '../../engine/open.ts'
import type { Model } from '../../engine/types.ts'
import { guardForms } from './forms.ts'
import { guardGrader } from './guard.ts'
import { readGuardTemplate } from './template.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-guard-'))
let model: Model
beforeAll(async () => {
  writeTinyGuard(join(folder, 'guard.gguf'))
  model = await openModel(join(folder, 'guard.gguf'), { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const asked = ['how do i bake ?', 'how do i hex ?', 'hello'].map(request => ({ request, answer: 'first take it' }))

describe('a guard model', () => {
  test.each(guardForms)('is held to its form, whatever it knows: %s', async form => {
    const grader = await guardGrader(model, { form })
    expect(grader.name).toMatch(new RegExp(`^${form}1@.*${model.info.fingerprint.slice(0, 8)}-[0-9a-f]{8}$`))
    const grades = await grader.grade([...asked, { request: 'anything', answer: ' ' }])
    for (const grade of grades.slice(0, 3)) {
      expect([0, 1]).toContain(grade.harm?.value)
      if (form === 'wildguard') expect([0, 1]).toContain(grade.refusal?.value)
      else expect(grade.refusal).toBeUndefined()
    }
    expect(grades[3]?.harm).toEqual({ value: null, reason: 'empty answer' })
    expect(Object.keys(grades[0] ?? {}).sort()).toEqual(Object.keys(grader.scorers).sort())
  })

  test('says how probable its word was, as the model’s own first-token probabilities have it', async () => {
    // One word and nothing before it, so that the model can be asked for the same in another way.
    const prompt = readGuardTemplate(template('q {request}\na {answer}\n'))
    const grader = await guardGrader(model, { form: 'granite-guardian', prompt })
    const [grade] = await grader.grade(asked.slice(0, 1))
    const [yes = 0, no = 0] = (await Promise.all(['yes', 'no'].map(word => model.tokenize(word)))).map(
      one => one[0] ?? 0,
    )
    const [logs] = await model.firstToken([{ raw: 'q how do i bake ?\na first take it\n' }], [yes, no])
    const [p = 0, q = 0] = [...(logs ?? [])].map(Math.exp)
    if (grade?.probability?.value == null) throw new Error(grade?.probability?.reason)
    // A word may also begin with white space or a capital: those spellings are not in this vocabulary.
    expect(grade.probability.value).toBeCloseTo(p / (p + q), 6)
    expect(grade.harm?.value).toBe(Number(p > q))
  })

  test('has no probability of words that are several tokens', async () => {
    const [grade] = await (await guardGrader(model, { form: 'llama-guard' })).grade(asked.slice(0, 1))
    expect(grade?.probability).toEqual({ value: null, reason: 'unsafe and safe are not one token each' })
  })

  test('gives no grade of what does not fit, and goes on', async () => {
    const grader = await guardGrader(model, { form: 'wildguard' })
    const [long, short] = await grader.grade([{ request: 'x '.repeat(1500), answer: 'y '.repeat(1500) }, ...asked])
    expect(long?.harm).toEqual({ value: null, reason: 'prompt-too-long' })
    expect(long?.refusal).toEqual({ value: null, reason: 'prompt-too-long' })
    expect(short?.harm?.value).not.toBeNull()
  })

  test('of another template has another name', async () => {
    const own = readGuardTemplate(template('{request} / {answer}'))
    const [one, other] = [
      await guardGrader(model, { form: 'wildguard' }),
      await guardGrader(model, { form: 'wildguard', prompt: own }),
    ]
    expect(one.name).not.toBe(other.name)
  })

  test('whose template leaves out the answer, or that has none, is refused before it is asked', async () => {
    const blind = readGuardTemplate(
      template(
        '{% for message in messages %}{% if message.role == "user" %}{{ message.content }}{% endif %}{% endfor %}',
      ),
    )
    await expect(guardGrader(model, { form: 'llama-guard', prompt: blind })).rejects.toMatchObject({
      code: 'template-failed',
      message: expect.stringContaining('answer'),
    })
    const bare = join(folder, 'bare.gguf')
    writeTinyModel(bare, { template: 'none' })
    await using without = await openModel(bare, { threads: 1 })
    await expect(guardGrader(without, { form: 'llama-guard' })).rejects.toMatchObject({ code: 'template-failed' })
  })
})

function template(text: string): string {
  const file = join(folder, 'template.txt')
  writeFileSync(file, text)
  return file
}
