import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHAT_TEMPLATE } from '../../test/support/tiny-gguf.ts'
import { createRenderer } from './render.ts'

const format = { template: CHAT_TEMPLATE, bos: '<s>', eos: '</s>' }
const render = createRenderer(format)
const suffix = '<|end|>\n<|assistant|>\n'
const suffixOf = ({ text, suffixStart }: { text: string; suffixStart: number }) => text.slice(suffixStart)

describe('a rendered prompt', () => {
  it('is what the template makes of its messages', () => {
    expect(render('hello').text).toBe(`<s><|user|>\nhello${suffix}`)
    const messages = [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two' },
      { role: 'user', content: 'three' },
    ] as const
    const { contents, ...rendered } = render(messages)
    expect(contents.map(({ role, start, end }) => [role, rendered.text.slice(start, end)])).toEqual(
      messages.map(({ role, content }) => [role, content]),
    )
    expect(rendered).toEqual({
      text: `<s><|system|>\nbe brief<|end|>\n<|user|>\none<|end|>\n<|assistant|>\ntwo<|end|>\n<|user|>\nthree${suffix}`,
      suffixStart: render(messages).text.length - suffix.length,
    })
  })

  it('is the same as one user message', () => {
    expect(render('hello')).toEqual(render([{ role: 'user', content: 'hello' }]))
  })

  it('has its suffix where the template goes on, whatever the instruction says', () => {
    const tricky = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(suffix, `a${suffix}`, '<|end|>', '{{ x }}', ''),
    )
    fc.assert(
      fc.property(tricky, tricky, (system, content) => {
        expect(suffixOf(render(content))).toBe(suffix)
        const both = [
          { role: 'system', content: system },
          { role: 'user', content },
        ] as const
        expect(suffixOf(render(both))).toBe(suffix)
        expect(render(content).text).toBe(`<s><|user|>\n${content}${suffix}`)
      }),
    )
  })

  it('has its suffix after a template that trims what it is given', () => {
    const trims = createRenderer({ ...format, template: "{{ '[' + messages[0].content | trim + ']' }} go" })
    expect(suffixOf(trims('  hello  '))).toMatch(/ go$/)
  })

  it('has no suffix where the instruction is not in it, or comes last', () => {
    const ignores = createRenderer({ ...format, template: 'always this' })
    expect(ignores('hello')).toEqual({ text: 'always this', suffixStart: 'always this'.length, contents: [] })
    const last = createRenderer({ ...format, template: '{{ messages[0].content }}' })
    expect(last('hello')).toEqual({ text: 'hello', suffixStart: 5, contents: [{ role: 'user', start: 0, end: 5 }] })
  })

  it('that is raw passes through, with no suffix and without a template', () => {
    for (const renderer of [render, createRenderer(null)]) {
      expect(renderer({ raw: '<|user|> hi' })).toEqual({ text: '<|user|> hi', suffixStart: 11, contents: [] })
    }
  })

  it('knows the names of the beginning and the end of a sequence', () => {
    const names = createRenderer({ ...format, template: '{{ bos_token }}|{{ eos_token }}|{{ add_generation_prompt }}' })
    expect(names('hello').text).toBe('<s>|</s>|true')
  })
})

describe('a prompt that cannot be rendered', () => {
  it('is one of messages, for a model without a template', () => {
    expect(() => createRenderer(null)('hello')).toThrow(expect.objectContaining({ code: 'template-failed' }))
  })

  it('is one that the template refuses, in its own words', () => {
    const template =
      "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system here') }}{% endif %}{{ m.content }}{% endfor %}"
    const strict = createRenderer({ ...format, template })
    expect(strict('hello').text).toBe('hello')
    expect(() => strict([{ role: 'system', content: 'x' }])).toThrow(
      expect.objectContaining({ code: 'template-failed', found: expect.stringContaining('no system here') }),
    )
  })

  it('is any, under a template that is broken, and only when it is used', () => {
    const broken = createRenderer({ ...format, template: '{% for %}' })
    expect(broken({ raw: 'hello' }).text).toBe('hello')
    expect(() => broken('hello')).toThrow(expect.objectContaining({ code: 'template-failed' }))
  })

  it('does not change the messages it was given', () => {
    const messages = [Object.freeze({ role: 'user', content: 'hello' } as const)]
    const changes = createRenderer({ ...format, template: "{% set m = messages[0] %}{{ m.content + '!' }}" })
    expect(changes(messages).text).toBe('hello!')
    expect(messages).toEqual([{ role: 'user', content: 'hello' }])
  })
})
