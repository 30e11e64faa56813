/**
 * The 256 characters that stand for the 256 bytes in a byte-level vocabulary, in the order of the bytes. A printable byte
 * stands for itself, the others for the characters from U+0100 on, in order (GPT-2, Radford et al. 2019, encoder.py).
 */
export function byteCharacters(): string[] {
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++))
}

/** Printable in Latin-1, the soft hyphen and spaces left out. */
function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
}
