/** Writes a model anew with its weights in another type, such as one that this processor multiplies faster. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, rename, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { PlimsollError } from '../../errors.ts'
import type { Progress } from '../../progress.ts'
import { factsOf } from '../facts.ts'
import { readHeader } from '../header.ts'
import { nativeEnvironment } from '../process/environment.ts'
import { fromWire, sibling } from '../process/protocol.ts'
import { type FromChild, type Job, type WeightType, weightTypes } from './job.ts'

export interface QuantiseOptions {
  /**
   * `q8_0` (default): 8.5 bits a weight, next to nothing is lost. `q4_0`: 4.5 bits; what has been quantised before loses
   * again.
   */
  readonly type?: WeightType
  readonly signal?: AbortSignal | undefined
  /** One event a tensor. */
  readonly onProgress?: ((event: Progress) => void) | undefined
}

/**
 * Writes the GGUF model in `from` to the new file `to`, by llama.cpp's own quantiser and in a process of its own. The
 * file is put in place when it is whole. It is another model to Plimsoll: vectors of one do not fit the other.
 * @throws PlimsollError `not-found`, `model-invalid`, `invalid-input` (such a file is there, or no such type),
 * `engine-crashed`, `cancelled`, `library-missing`, `library-mismatch`
 */
export async function quantiseModel(from: string, to: string, options: QuantiseOptions = {}): Promise<void> {
  const { type = 'q8_0', signal, onProgress } = options
  const [source, target] = [resolve(from), resolve(to)]
  if (!weightTypes.includes(type)) {
    throw new PlimsollError('invalid-input', 'Models are not written in this type', {
      found: String(type),
      expected: weightTypes.join(' or '),
      fix: 'For other types use llama-quantize, which comes with llama.cpp.',
    })
  }
  factsOf(await readHeader(source))
  if (existsSync(target)) throw isThere(target)
  await mkdir(dirname(target), { recursive: true }).catch(cause => {
    throw cannotWrite(target, cause)
  })
  const unfinished = join(dirname(target), `${randomUUID()}.part`)
  try {
    await inProcess({ from: source, to: unfinished, type, threads: availableParallelism() }, { signal, onProgress })
    await putInPlace(unfinished, target)
  } finally {
    await rm(unfinished, { force: true })
  }
}

/** A link, unlike a rename, takes no file away that came to be there meanwhile; not every file system has links. */
async function putInPlace(unfinished: string, target: string): Promise<void> {
  try {
    await link(unfinished, target)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw isThere(target)
    await rename(unfinished, target).catch(error => {
      throw cannotWrite(target, error)
    })
  }
}

function isThere(target: string): PlimsollError {
  return new PlimsollError('invalid-input', 'There is such a file already', {
    where: target,
    fix: 'Give the name of a new file, or remove that one.',
  })
}

function cannotWrite(target: string, cause: Error): PlimsollError {
  return new PlimsollError('invalid-input', 'The new file cannot be written', {
    found: cause.message,
    where: target,
    fix: 'Make room there, or give a file elsewhere.',
    cause,
  })
}

async function inProcess(job: Job, { signal, onProgress }: Omit<QuantiseOptions, 'type'>): Promise<void> {
  const cancelled = () => new PlimsollError('cancelled', 'The model was not written: the call was cancelled')
  if (signal?.aborted) throw cancelled()
  const child = spawn(process.execPath, [fileURLToPath(sibling('child', import.meta.url)), JSON.stringify(job)], {
    env: nativeEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = () => void child.kill('SIGKILL')
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const { last, how, said } = await heard(child, message => {
      if ('done' in message) onProgress?.({ stage: 'quantise', done: message.done, total: message.total })
    })
    if (signal?.aborted) throw cancelled()
    const fault = faultOf(last, job, said === '' ? how : `${how}: ${said}`)
    if (fault !== null) throw fault
  } finally {
    signal?.removeEventListener('abort', stop)
    // Where a listener of the caller's failed, it still writes.
    stop()
  }
}

function faultOf(last: FromChild | null, { from, to }: Job, end: string): PlimsollError | null {
  if (last === null || 'done' in last) {
    return new PlimsollError('engine-crashed', 'The process that writes the model stopped', {
      found: end,
      expected: 'a file',
      where: from,
      fix: 'Check that the model can be opened: plimsoll doctor --model FILE.',
    })
  }
  if ('error' in last) return fromWire(last.error)
  if (last.refused === null) return null
  // What the C++ library says where a disk is full or takes no file.
  if (last.refused.includes('iostream')) return cannotWrite(dirname(to), new Error(last.refused))
  return new PlimsollError('model-invalid', 'llama.cpp does not write this model anew', {
    found: last.refused,
    where: from,
    fix: 'Check that the model can be opened: plimsoll doctor --model FILE.',
  })
}

/** Everything that the process says, to its end. */
async function heard(child: ChildProcess, onMessage: (message: FromChild) => void) {
  let said = ''
  child.stderr?.on('data', (data: Buffer) => {
    said = (said + data.toString('utf8')).slice(-2000)
  })
  const ended = new Promise<string>((done, failed) => {
    child.once('close', (code, signal) => done(signal ?? `exit code ${code}`))
    child.once('error', failed)
  })
  // Awaited below; until then a process that cannot be started would count as a failure that nobody sees.
  ended.catch(() => {})
  let last: FromChild | null = null
  if (child.stdout !== null) {
    for await (const line of createInterface(child.stdout)) {
      last = JSON.parse(line) as FromChild
      onMessage(last)
    }
  }
  const how = await ended
  return { last, how, said: said.trim().split('\n').slice(-3).join(' · ') }
}
