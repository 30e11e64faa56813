/**
 * Steering that is too large for a message travels in a file: whoever sends tens of megabytes down a pipe at once does
 * nothing else meanwhile. The arrays lie in the file one after the other; where they were, the call says which part of it
 * is meant. What was one object in a call is one object again at the other end.
 */
import { readFileSync } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Bytes of arrays in one message, at most: a few milliseconds. */
const mostInMessage = 4 << 20

/** Stands for an array. */
interface Stowed {
  readonly stowedAt: number
  readonly length: number
}

export interface Cargo<T> extends AsyncDisposable {
  readonly args: T
  /** null where everything fits in the message. */
  readonly file: string | null
}

/** Writes what is large into a file, which is removed when the cargo is disposed of. */
export async function stow<T extends object>(args: T): Promise<Cargo<T>> {
  const arrays = new Set<Float32Array>()
  replaceArrays(args, array => {
    arrays.add(array)
    return array
  })
  const bytes = [...arrays].reduce((sum, array) => sum + array.byteLength, 0)
  if (bytes <= mostInMessage) return inMessage(args)
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const file = join(folder, 'arrays')
    await using handle = await open(file, 'wx', 0o600)
    const places = await written(handle, arrays)
    const stowed = replaceArrays(args, array => places.get(array) ?? array)
    return { args: stowed, file, [Symbol.asyncDispose]: remove }
  } catch {
    // Without room on the disk it goes down the pipe after all.
    await remove()
    return inMessage(args)
  }
}

/** The call as it was before it was stowed. */
export function unstow<T extends object>(args: T, file: string | null): T {
  if (file === null) return args
  const { buffer, byteOffset } = readFileSync(file)
  return replaceStowed(args, ({ stowedAt, length }) => new Float32Array(buffer, byteOffset + stowedAt, length))
}

function inMessage<T>(args: T): Cargo<T> {
  return { args, file: null, [Symbol.asyncDispose]: () => Promise.resolve() }
}

async function written(handle: FileHandle, arrays: Iterable<Float32Array>): Promise<Map<Float32Array, Stowed>> {
  const places = new Map<Float32Array, Stowed>()
  let at = 0
  for (const array of arrays) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    for (let done = 0; done < bytes.length; ) {
      done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
    }
    places.set(array, { stowedAt: at, length: array.length })
    at += bytes.length
  }
  return places
}

function replaceArrays<T extends object>(args: T, by: (array: Float32Array) => unknown): T {
  return inSteering(args, value => (value instanceof Float32Array ? by(value) : undefined))
}

function replaceStowed<T extends object>(args: T, by: (stowed: Stowed) => Float32Array): T {
  return inSteering(args, value => (isStowed(value) ? by(value) : undefined))
}

/** Only steering holds arrays; prompts can be many, and are left alone. */
function inSteering<T extends object>(args: T, replace: (value: object) => unknown): T {
  if (!('requests' in args) || !Array.isArray(args.requests)) return args
  const known = new Map<object, unknown>()
  const changed = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (known.has(value)) return known.get(value)
    const replaced = replace(value)
    if (replaced !== undefined) {
      known.set(value, replaced)
      return replaced
    }
    const copy = emptyLike(value)
    // Before its parts, one of which may hold it.
    known.set(value, copy)
    if (copy !== value) for (const [key, part] of Object.entries(value)) Reflect.set(copy, key, changed(part))
    return copy
  }
  const requests = args.requests.map((request: { readonly steering?: unknown; readonly steerings?: unknown }) => ({
    ...request,
    ...(request.steering !== undefined && { steering: changed(request.steering) }),
    ...(request.steerings !== undefined && { steerings: changed(request.steerings) }),
  }))
  return { ...args, requests }
}

/** Parameters of a custom edit may hold anything that can be sent: what has parts of its own kind stays as it is. */
function emptyLike(value: object): object {
  if (Array.isArray(value)) return new Array(value.length)
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null ? {} : value
}

function isStowed(value: object): value is Stowed {
  return 'stowedAt' in value && 'length' in value
}
