/** Tokens and chat templates. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TOKEN } from '../../support/tiny-gguf.ts'
import { codeOf, type Subject } from './subject.ts'

const SUFFIX = '<|end|>\n<|assistant|>\n'

export function textBehaviours(subject: () => Subject): void {
  test.each([
    'hello the world',
    'a , b . c !',
    "it 's",
    '  two  spaces  ',
    'line\r\nline\n\n\tend \n',
    'ünïcödé 模型 🚢',
    'a\u0000b',
    '\uFEFFmark',
    '',
  ])('tokens of %j give it back', async text => {
    const { model } = await subject().pair()
    expect(await model.detokenize(await model.tokenize(text, { special: 'plain' }))).toBe(text)
  })

  test('any text is given back by its tokens, and tokenised as the reference does', async () => {
    const { model, reference } = await subject().pair()
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('t', 'h', 'e', ' ', 'i', 'n', 'g', 'a', 'd', 'o', '\n', "'", 's', '1', '2') }),
    )
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('plain', 'parse'), async (text, special) => {
        const tokens = await model.tokenize(text, { special })
        expect(tokens).toEqual(await reference.tokenize(text, { special }))
        expect(await model.detokenize(tokens)).toBe(text)
      }),
      { numRuns: 100 },
    )
  })

  test('tokens of a text are its own: no beginning of sequence is put before them', async () => {
    const { model } = await subject().pair()
    for (const special of ['plain', 'parse'] as const) {
      expect(await model.tokenize('', { special })).toEqual([])
      expect(await model.tokenize('a', { special })).toEqual([97])
    }
    expect(await model.tokenize('<s>')).toEqual(await model.tokenize('<s>', { special: 'plain' }))
  })

  test('special tokens are parsed only where asked for', async () => {
    const { model } = await subject().pair()
    expect(await model.tokenize('a<|end|>b', { special: 'parse' })).toEqual([97, TOKEN.end, 98])
    const plain = await model.tokenize('a<|end|>b', { special: 'plain' })
    expect(plain).not.toContain(TOKEN.end)
    expect(await model.detokenize(plain)).toBe('a<|end|>b')
  })

  test('a rendered prompt: the template around it, one beginning of sequence, the span of the suffix', async () => {
    const { model, reference } = await subject().pair()
    const rendered = await model.render('hello there')
    expect(rendered.text).toBe(`<s><|user|>\nhello there${SUFFIX}`)
    expect(rendered.startsWithBos).toBe(true)
    expect(rendered.tokens.filter(token => token === TOKEN.bos)).toHaveLength(1)
    expect(rendered.tokens.slice(...rendered.templateSuffix)).toEqual([TOKEN.end, 10, TOKEN.assistant, 10])
    expect(rendered).toEqual(await reference.render('hello there'))
  })

  test.each([
    [
      [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Who?' },
      ],
    ],
    [
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'a' },
      ],
    ],
    [[{ role: 'user', content: 'assistant' }]],
    [[{ role: 'user', content: '\n' }]],
    [[{ role: 'user', content: '' }]],
    [[{ role: 'user', content: ' spaces ' }]],
  ] as const)('messages %j are rendered as the reference does', async messages => {
    const { model, reference } = await subject().pair()
    const rendered = await model.render(messages)
    expect(rendered).toEqual(await reference.render(messages))
    expect(rendered.tokens.slice(...rendered.templateSuffix)).toEqual([TOKEN.end, 10, TOKEN.assistant, 10])
  })

  test.each(['the an', '', ' the', '<|end|>'])('an answer that begins with %j goes on from there', async prefill => {
    const { model, reference } = await subject().pair()
    const messages = [{ role: 'user', content: 'Who?' }] as const
    const plain = await model.render(messages)
    const begun = await model.render({ messages, prefill })
    expect(begun.text).toBe(`${plain.text}${prefill}`)
    expect(begun.templateSuffix).toEqual(plain.templateSuffix)
    expect(begun.tokens.slice(...begun.templateSuffix)).toEqual([TOKEN.end, 10, TOKEN.assistant, 10])
    expect(begun.parts.filter(({ part }) => part === 'answer')).toHaveLength(prefill === '' ? 0 : 1)
    expect(begun).toEqual(await reference.render({ messages, prefill }))
    const [answer] = await model.generate([{ messages, prefill }], { maxTokens: 4 })
    const [raw] = await model.generate([{ raw: begun.text }], { maxTokens: 4 })
    expect(answer?.tokens).toEqual(raw?.tokens)
  })

  test('raw text has no template and no suffix', async () => {
    const { model, reference } = await subject().pair()
    const rendered = await model.render({ raw: 'hello' })
    expect(rendered.text).toBe('hello')
    expect(rendered.templateSuffix).toEqual([rendered.tokens.length, rendered.tokens.length])
    expect(rendered).toEqual(await reference.render({ raw: 'hello' }))
    const marked = await model.render({ raw: '<s>hello' })
    expect(marked.tokens).toEqual(rendered.tokens)
  })

  test('a model without a template takes raw text only', async () => {
    const { model } = await subject().pair({ template: 'none' })
    expect(model.info.hasChatTemplate).toBe(false)
    expect(await codeOf(model.render('hello'))).toBe('template-failed')
    expect(await codeOf(model.generate(['hello'], { maxTokens: 1 }))).toBe('template-failed')
    expect(await model.generate([{ raw: 'hello' }], { maxTokens: 3 })).toHaveLength(1)
  })
}
