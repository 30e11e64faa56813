import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { readGuardTemplate } from './template.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-guard-template-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
function template(text: string) {
  const file = join(folder, 'template.txt')
  writeFileSync(file, text)
  return readGuardTemplate(file)
}

describe('the template of a guard', () => {
  test('takes both texts as they are, slots in them too', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('{answer}', '$&', '{request} and {response}', '{{ x }}'))
    for (const [request, answer] of [
      ['{request}', '{answer}'],
      ['{prompt}', '{response}'],
    ]) {
      const prompt = template(`[${request}|${answer}|${request}]`)
      fc.assert(
        fc.property(text, text, (one, other) => {
          expect(prompt({ request: one, answer: other })).toEqual({ raw: `[${one}|${other}|${one}]` })
        }),
      )
    }
  })

  test('in Jinja sees the two turns', () => {
    const prompt = template('{% for message in messages %}{{ message.role }}={{ message.content }};{% endfor %}')
    expect(prompt({ request: 'a', answer: 'b {answer}' })).toEqual({ raw: 'user=a;assistant=b {answer};' })
  })

  test('without a slot, or not there, is told so', () => {
    expect(() => template('only {request}')).toThrow(
      expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining('answer') }),
    )
    expect(() => readGuardTemplate(join(folder, 'nowhere'))).toThrow(expect.objectContaining({ code: 'not-found' }))
    expect(() => template('{% for %}')({ request: 'a', answer: 'b' })).toThrow(
      expect.objectContaining({ code: 'template-failed' }),
    )
  })
})
