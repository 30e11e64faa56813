import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { thrownBy } from '../../test/support/thrown.ts'
import { parseCsv, parseJsonArray, parseJsonl, parseLines } from './read.ts'

describe('parseJsonl', () => {
  test('reads back what was written, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ prompt: fc.string({ unit: 'binary' }) })), rows => {
        const text = rows.map(row => `${JSON.stringify(row)}\n`).join('\n')
        expect(parseJsonl(text, 'f').map(row => row.value)).toEqual(rows)
      }),
    )
  })

  test('names file and line of what cannot be read', () => {
    expect(thrownBy(() => parseJsonl('{"a":1}\r\n\n{"a":\n', 'rows.jsonl'))).toMatchObject({
      code: 'data-invalid',
      where: 'rows.jsonl:3',
    })
  })
})

describe('parseCsv', () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'b', ' ', ',', '"', '\n', 'é', "'") })

  test('reads back what was written, line breaks and quotes in fields included', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field)), rows => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
        const text = `one,two\n${rows.map(([a, b]) => `${quote(a)},${quote(b)}\n`).join('')}`
        expect(parseCsv(text, 'f').map(row => row.value)).toEqual(rows.map(([one, two]) => ({ one, two })))
      }),
    )
  })

  test('where is the line on which a record begins', () => {
    const rows = parseCsv('a,b\n1,"x\ny"\n2,z\n', 'f.csv')
    expect(rows.map(row => row.where)).toEqual(['f.csv:2', 'f.csv:4'])
  })

  test('a header with an empty name is read (JailbreakBench numbers its rows there)', () => {
    expect(parseCsv(',Goal\n0,hello\n', 'f').map(row => row.value)).toEqual([{ '': '0', Goal: 'hello' }])
  })

  test('names file and line of a row with too few fields', () => {
    expect(thrownBy(() => parseCsv('a,b\n1,2\n3\n', 'f.csv'))).toMatchObject({ code: 'data-invalid', where: 'f.csv:3' })
  })
})

test('a JSON file has to be an array; a text file has a record a line', () => {
  expect(parseJsonArray('["x"]', 'f')).toEqual([{ where: 'f, entry 1', value: 'x' }])
  expect(thrownBy(() => parseJsonArray('{}', 'f'))).toMatchObject({ code: 'data-invalid', where: 'f' })
  expect(parseLines('one\r\n\n two \n', 'f').map(row => row.where)).toEqual(['f:1', 'f:3'])
})
