/**
 * Which requests the engine is busy with, written where it outlives the engine: a file without a name that caller and
 * engine both hold open. Native code that aborts takes the whole process, and every message it had not sent yet.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Behind stdin, stdout, stderr and the channel. */
export const flightDescriptor = 4

/** More than can be in flight at once. */
const most = 512

/** The engine's end. A few microseconds for each request. */
export class FlightWriter {
  readonly #record = new Int32Array(2 + most)
  readonly #flying = new Set<number>()

  /** A call begins with nothing in flight. */
  call(id: number): void {
    this.#record[0] = id
    this.none()
  }

  none(): void {
    this.#flying.clear()
    this.#write()
  }

  started(index: number): void {
    this.#flying.add(index)
    this.#write()
  }

  ended(index: number): void {
    this.#flying.delete(index)
    this.#write()
  }

  /** Of `total` requests, computed one after the other, this one is next. */
  only(index: number, total: number): void {
    this.#flying.clear()
    if (index < total) this.#flying.add(index)
    this.#write()
  }

  #write(): void {
    let count = 0
    for (const index of this.#flying) if (count < most) this.#record[2 + count++] = index
    this.#record[1] = count
    try {
      writeSync(flightDescriptor, this.#record, 0, 4 * (2 + count), 0)
    } catch {
      // Without a disk to write to, a crash names its call only.
    }
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
    const record = new Int32Array(2 + most)
    readSync(this.descriptor, record, 0, record.byteLength, 0)
    const [id, count = 0] = record
    return id === call ? [...record.subarray(2, 2 + count)].sort((a, b) => a - b) : []
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
