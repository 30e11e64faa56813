/**
 * Which requests the engine is busy with, written where it outlives the engine: a file without a name that caller and
 * engine both hold open. Native code that aborts takes the whole process, and every message it had not sent yet.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Behind stdin, stdout, stderr and the channel. */
export const flightDescriptor = 4

/** Requests written down; more than can be in flight at once, unless many calls are. */
const most = 512
/** The count, then call and index of each request. */
const recordLength = 1 + 2 * most

/** The engine's end. A few microseconds for each change. */
export class FlightRecord {
  readonly #record = new Int32Array(recordLength)
  readonly #flying = new Map<number, ReadonlySet<number>>()

  /** What one call writes. */
  of(call: number, first: number): FlightWriter {
    return new FlightWriter(first, flying => this.#set(call, flying))
  }

  #set(call: number, flying: ReadonlySet<number>): void {
    if (flying.size === 0) this.#flying.delete(call)
    else this.#flying.set(call, flying)
    let count = 0
    for (const [id, indexes] of this.#flying) {
      for (const index of indexes) {
        if (count === most) break
        this.#record[1 + 2 * count] = id
        this.#record[2 + 2 * count] = index
        count++
      }
    }
    this.#record[0] = count
    try {
      writeSync(flightDescriptor, this.#record, 0, 4 * (1 + 2 * count), 0)
    } catch {
      // Without a disk to write to, a crash names its call only.
    }
  }
}

/** Which requests of one call are in flight; told by their place in the engine's call, written down by the caller's index. */
export class FlightWriter {
  /** The caller's index of the call's first request. */
  readonly first: number
  readonly #flying = new Set<number>()
  readonly #write: (flying: ReadonlySet<number>) => void

  constructor(first: number, write: (flying: ReadonlySet<number>) => void) {
    this.first = first
    this.#write = write
  }

  none(): void {
    this.#flying.clear()
    this.#write(this.#flying)
  }

  started(index: number): void {
    this.#flying.add(this.first + index)
    this.#write(this.#flying)
  }

  ended(index: number): void {
    if (this.#flying.delete(this.first + index)) this.#write(this.#flying)
  }

  /** Of `total` requests, computed one after the other, this one is next. */
  only(index: number, total: number): void {
    this.#flying.clear()
    if (index < total) this.#flying.add(this.first + index)
    this.#write(this.#flying)
  }
}

/** The caller's end. */
export class FlightFile {
  /** For the engine to inherit; null where no file can be written. */
  readonly descriptor: number | null

  constructor() {
    this.descriptor = openNameless()
  }

  /** Requests of a call that the engine was busy with, ascending. */
  requestsOf(call: number): readonly number[] {
    if (this.descriptor === null) return []
    const record = new Int32Array(recordLength)
    readSync(this.descriptor, record, 0, record.byteLength, 0)
    const [count = 0, ...pairs] = record
    const indexes = pairs.slice(0, 2 * count).filter((_, i) => i % 2 === 1 && pairs[i - 1] === call)
    return indexes.sort((a, b) => a - b)
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor)
  }
}

function openNameless(): number | null {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
    try {
      return openSync(join(folder, 'flight'), 'wx+', 0o600)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  } catch {
    return null
  }
}
