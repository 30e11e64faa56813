/** Python files that hold a list of texts, as HarmBench's human jailbreaks do. */
import { PlimsollError } from '../../errors.ts'
import type { RawRow } from '../rows.ts'

/** A string literal: prefix, quotes, and what is between them; or a comment, which may hold quotes. */
const literal = /#[^\n]*|([rRuU]?)("""|'''|"|')((?:\\[\s\S]|(?!\2)[\s\S])*?)\2/gu

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/**
 * The texts of the first list of a file, in order. Literals that follow each other are one text, as in Python. Nothing of
 * the file is run.
 * @throws PlimsollError `data-invalid` for a file without such a list
 */
export function parsePythonTexts(source: string, file: string): RawRow[] {
  const start = source.search(/^\w+(?:\s*:[^=\n]*)?\s*=\s*\[/mu)
  const rows: RawRow[] = []
  let [open, at] = [false, start]
  let joins = false
  for (const found of start < 0 ? [] : source.slice(start).matchAll(literal)) {
    const between = source.slice(at, start + found.index)
    if (open && between.includes(']')) break
    open = true
    if (between.includes(',')) joins = false
    at = start + found.index + found[0].length
    const [, prefix = '', , body] = found
    if (body === undefined) continue
    const text = /r/i.test(prefix) ? body : unescaped(body)
    const last = rows.at(-1)
    if (joins && last !== undefined)
      rows[rows.length - 1] = { where: last.where, value: `${String(last.value)}${text}` }
    else rows.push({ where: `${file}:${source.slice(0, start + found.index).split('\n').length}`, value: text })
    joins = true
  }
  if (rows.length > 0) return rows
  throw new PlimsollError('data-invalid', 'A Python file holds no list of texts', {
    where: file,
    expected: 'NAME = ["…", """…"""]',
    fix: 'Save the texts as JSONL, one {"prompt": text} a line.',
  })
}

function unescaped(body: string): string {
  return body.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/gu,
    (whole: string, two?: string, four?: string, eight?: string, one?: string) => {
      const code = two ?? four ?? eight
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16))
      return escapes[one ?? ''] ?? whole
    },
  )
}
