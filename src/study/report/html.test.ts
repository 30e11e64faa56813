import fc from 'fast-check'
import { expect, test } from 'vitest'
import { breakable, escaped, html, trusted } from './html.ts'

test('values are escaped, markup and lists of markup are not', () => {
  const list = ['<a>', 'b'].map(item => html`<li>${item}</li>`)
  expect(html`<ul title="${'"x"'}">${list}${null}${false}${undefined}${0}</ul>`.markup).toBe(
    '<ul title="&quot;x&quot;"><li>&lt;a&gt;</li><li>b</li>0</ul>',
  )
  expect(html`${trusted('<b>')}`.markup).toBe('<b>')
})

test('no text leaves the text or the attribute it was put into', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const markup = html`<p title="${text}">${text}</p>`.markup
      expect(markup.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).toMatch(/^<p title="[^"<>&']*">[^"<>&']*<\/p>$/u)
    }),
  )
})

test('a name may break after its slashes', () => {
  expect(breakable('a/<b>/c').markup).toBe('a/<wbr>&lt;b&gt;/<wbr>c')
})

test('what no parser accepts and what turns the direction of text becomes visible', () => {
  expect(escaped('a\u0000\u001b\ud800\u202e\u2066b\n\t')).toBe('a�����b\n\t')
})

test('an object that merely looks like markup is no markup', () => {
  const lookalike: unknown = { markup: '<script>' }
  // @ts-expect-error: only html and trusted make markup
  expect(() => html`${lookalike}`).toThrow()
})
