import { PlimsollError } from '../errors.ts'

/** Texts that begin with such bytes say themselves how they are written. */
const marks = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const

/**
 * The text of a file: UTF-8, or UTF-16 with a byte-order mark, which is left out. Nothing is replaced: a file in another
 * encoding would give wrong prompts without anybody noticing.
 * @throws `data-invalid` naming line and byte
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  const marked = marks.find(({ bytes: mark }) => mark.every((byte, i) => bytes[i] === byte))
  const encoding = marked?.encoding ?? 'utf-8'
  const zero = encoding === 'utf-8' ? bytes.indexOf(0) : -1
  if (zero >= 0) throw otherEncoding(bytes, zero, file, 'UTF-16 without a byte-order mark, or no text', 'UTF-16LE')
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    if (encoding !== 'utf-8') {
      throw new PlimsollError('data-invalid', 'A data file is not the text that it says it is', {
        where: file,
        found: `a mark of ${encoding.toUpperCase()}, and bytes that are none`,
        fix: 'Save the file again, as UTF-8.',
      })
    }
    throw otherEncoding(
      bytes,
      startOfCharacter(bytes, firstInvalid(bytes)),
      file,
      'Latin-1 or Windows-1252 is likely',
      'WINDOWS-1252',
    )
  }
}

function otherEncoding(bytes: Uint8Array, at: number, file: string, likely: string, name: string): PlimsollError {
  const line = bytes.subarray(0, at).reduce((lines, byte) => lines + Number(byte === 0x0a), 1)
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')
  return new PlimsollError('data-invalid', 'A data file is in another encoding than UTF-8', {
    where: `${file}:${line}`,
    found: `the byte 0x${byte}: ${likely}`,
    expected: 'UTF-8, or UTF-16 with a byte-order mark',
    fix: `Save it as UTF-8, or: iconv -f ${name} -t UTF-8 ${JSON.stringify(file)} > utf8-file`,
  })
}

/** A byte that begins a character is told to be wrong by what follows it. */
function startOfCharacter(bytes: Uint8Array, at: number): number {
  for (let start = at; start >= Math.max(0, at - 3); start--) {
    const byte = bytes[start] ?? 0
    // A plain letter is no part of a longer character, and never wrong.
    if (byte < 0x80 && start < at) return at
    if (byte >= 0xc0) return start
  }
  return at
}

/** Where the longest beginning that is UTF-8 ends. */
function firstInvalid(bytes: Uint8Array): number {
  let low = 0
  // The last byte is the fault where everything before it may stand: a character that is cut by the end of the file.
  let high = bytes.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    try {
      // `stream` lets a character be cut by the end of the beginning.
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true })
      low = middle
    } catch {
      high = middle - 1
    }
  }
  return low
}
