import fc from 'fast-check'
import { expect, test } from 'vitest'
import { thrownBy } from '../../test/support/thrown.ts'
import { decodeText } from './encoding.ts'

const errorOf = (bytes: Uint8Array) => thrownBy(() => decodeText(bytes, 'own.csv'))

test('text comes back as it was, in UTF-8 and, with a mark, in UTF-16', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      fc.pre(!text.includes('\0'))
      expect(decodeText(Buffer.from(text), 'f')).toBe(text.replace(/^\uFEFF/, ''))
      const little = Buffer.from(`\uFEFF${text}`, 'utf16le')
      expect(decodeText(little, 'f')).toBe(text)
      expect(decodeText(Buffer.from(little).swap16(), 'f')).toBe(text)
    }),
  )
})

test('a mark of UTF-8 is left out', () => {
  expect(decodeText(Buffer.from('\uFEFFid,prompt\n'), 'f')).toBe('id,prompt\n')
})

test.each([
  [
    'Latin-1',
    Buffer.from('id,prompt\n1,Grüße\n', 'latin1'),
    'own.csv:2',
    /0xFC.*Windows-1252/,
    /iconv -f WINDOWS-1252/,
  ],
  ['Latin-1 at the end', Buffer.from('a\nb\nGrü', 'latin1'), 'own.csv:3', /0xFC/, /iconv/],
  ['Latin-1 before the end of a line', Buffer.from('a\ncafé\nb\n', 'latin1'), 'own.csv:2', /0xE9/, /iconv/],
  ['UTF-16 without a mark', Buffer.from('id\n1', 'utf16le'), 'own.csv:1', /0x00.*UTF-16/, /iconv -f UTF-16LE/],
])('%s is refused, with line, byte and a way out', (_, bytes, where, found, fix) => {
  const error = errorOf(bytes)
  expect(error).toMatchObject({ code: 'data-invalid', where })
  expect(error.found).toMatch(found)
  expect(error.fix).toMatch(fix)
})

test('the line named is that of the first byte that is wrong', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.nat(2000), (before, after) => {
      const bytes = Buffer.concat([
        Buffer.from('ä\n'.repeat(before)),
        Buffer.from([0xe9]),
        Buffer.from('b\n'.repeat(after)),
      ])
      expect(errorOf(bytes).where).toBe(`own.csv:${before + 1}`)
    }),
  )
})

test('a file that says it is UTF-16 and is not', () => {
  expect(errorOf(Uint8Array.from([0xff, 0xfe, 0x61, 0x00, 0x62]))).toMatchObject({
    code: 'data-invalid',
    where: 'own.csv',
  })
})
