/**
 * Reads a file forwards through a window of a megabyte. Whatever a header claims, no more is ever held in memory than
 * the window and one string, and nothing is read beyond the end of the file.
 */
import type { FileHandle } from 'node:fs/promises'
import { PlimsollError } from '../errors.ts'

const windowBytes = 1 << 20
/** The largest headers known are 20 MB: a vocabulary of 260 000 tokens with its merges. */
const longestHeader = 256 << 20
/** Chat templates reach 100 kB. */
const longestString = 16 << 20

export class HeaderCursor {
  readonly #handle: FileHandle
  readonly file: string
  readonly #size: number
  /** What windows are read into, one after the other: each in memory of its own would be kept for a while. */
  #memory = Buffer.alloc(0)
  #window = Buffer.alloc(0)
  /** Where the window begins in the file. */
  #start = 0
  #at = 0

  constructor(handle: FileHandle, file: string, size: number) {
    this.#handle = handle
    this.file = file
    this.#size = size
  }

  get position(): number {
    return this.#start + this.#at
  }

  async u8(): Promise<number> {
    await this.#need(1, 'a byte')
    return this.#window.readUInt8(this.#skipped(1))
  }

  async u32(): Promise<number> {
    await this.#need(4, 'a number')
    return this.#window.readUInt32LE(this.#skipped(4))
  }

  async f32(): Promise<number> {
    await this.#need(4, 'a number')
    return this.#window.readFloatLE(this.#skipped(4))
  }

  /** A 64-bit number; beyond 2⁵³ only its size is right. */
  async u64(): Promise<number> {
    await this.#need(8, 'a number')
    return this.#u64()
  }

  async string(what: string, longest = longestString): Promise<string> {
    const length = await this.u64()
    if (length > longest) throw this.lie(`${what} of ${length} bytes`, `at most ${longest} bytes`)
    await this.#need(length, `${what} of ${length} bytes`)
    const start = this.#skipped(length)
    return this.#window.toString('utf8', start, start + length)
  }

  /** Passes over `count` strings without keeping them. */
  async skipStrings(count: number, what: string): Promise<void> {
    if (count * 8 > this.#size - this.position) throw this.#truncated(`${what} of ${count} strings`)
    for (let i = 0; i < count; i++) {
      if (this.#window.length - this.#at < 8) await this.#need(8, what)
      const length = this.#u64()
      if (length <= this.#window.length - this.#at) this.#at += length
      else await this.skip(length, `a string of ${length} bytes in ${what}`)
    }
  }

  async skip(bytes: number, what: string): Promise<void> {
    const position = this.position + bytes
    if (position > this.#size) throw this.#truncated(what)
    this.#checkHeader(position)
    if (bytes <= this.#window.length - this.#at) {
      this.#at += bytes
      return
    }
    this.#start = position
    this.#at = 0
    this.#window = Buffer.alloc(0)
  }

  /** A header that claims what cannot be. */
  lie(found: string, expected: string): PlimsollError {
    return new PlimsollError('model-invalid', 'The header of the model file claims what cannot be', {
      found,
      expected,
      where: this.file,
      fix: 'Download the file again; if it is the same then, it was written wrongly.',
    })
  }

  #u64(): number {
    const at = this.#skipped(8)
    return this.#window.readUInt32LE(at) + this.#window.readUInt32LE(at + 4) * 2 ** 32
  }

  #skipped(bytes: number): number {
    const at = this.#at
    this.#at += bytes
    return at
  }

  async #need(bytes: number, what: string): Promise<void> {
    if (this.#window.length - this.#at >= bytes) return
    const position = this.position
    if (position + bytes > this.#size) throw this.#truncated(what)
    this.#checkHeader(position + bytes)
    const length = Math.min(Math.max(bytes, windowBytes), this.#size - position)
    if (this.#memory.length < length) this.#memory = Buffer.allocUnsafe(length)
    const { bytesRead } = await this.#handle.read(this.#memory, 0, length, position)
    // The file became shorter while it was read.
    if (bytesRead < bytes) throw this.#truncated(what)
    this.#start = position
    this.#at = 0
    this.#window = this.#memory.subarray(0, bytesRead)
  }

  #checkHeader(end: number): void {
    if (end > longestHeader) throw this.lie(`a header of more than ${end} bytes`, `at most ${longestHeader} bytes`)
  }

  #truncated(what: string): PlimsollError {
    return new PlimsollError('model-invalid', 'The model file ends in the middle of its header', {
      found: `${this.#size} bytes`,
      expected: `${what} at byte ${this.position}`,
      where: this.file,
      fix: 'Download the file again: it is truncated, or its header lies about sizes.',
    })
  }
}
