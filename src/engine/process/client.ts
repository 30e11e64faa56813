/**
 * The caller's end of the engine process. A crash of native code takes that process only: the calls it was busy with
 * fail with an error that names them, and the next call starts a fresh process with the same model.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { Socket } from 'node:net'
import { PlimsollError } from '../../errors.ts'
import type { ModelInfo } from '../types.ts'
import { stow } from './cargo.ts'
import { nativeEnvironment } from './environment.ts'
import { FlightFile } from './flight.ts'
import {
  type CallName,
  type Calls,
  fromWire,
  isFromEngine,
  type OpenArguments,
  type Said,
  sibling,
  type ToEngine,
} from './protocol.ts'
import { stopped } from './stopped.ts'

interface Pending {
  readonly name: CallName
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  readonly onEvent: ((event: Calls[CallName]['event']) => void) | undefined
}

interface CallOptions<K extends CallName> {
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: (event: Calls[K]['event']) => void
  /** The caller's index of the call's first request; default 0. */
  readonly first?: number
}

const keptStderr = 4000
/** Looks without a word between them, after which a process is said not to answer. */
const looksInVain = 8

interface Patience {
  /** Milliseconds of silence after which a process that does not answer to a cancelled call is ended. Default: never. */
  readonly unanswered?: number | undefined
}

export class EngineProcess implements AsyncDisposable {
  readonly #open: OpenArguments
  readonly #patience: Patience
  #child: ChildProcess | null = null
  #flight: FlightFile | null = null
  #opened: Promise<ModelInfo> | null = null
  #nextId = 1
  #order = Promise.resolve()
  #stderr = ''
  #disposed = false
  /** Whether the file was loaded once: what ends the process while it loads lies in the file only until then. */
  #loads = false
  /** Whether the process was ended because it did not answer. */
  #stuck = false
  /** Messages of processes. */
  #heard = 0
  readonly #pending = new Map<number, Pending>()

  constructor(open: OpenArguments, patience: Patience = {}) {
    this.#open = open
    this.#patience = patience
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts the process if there is none and loads the model. */
  start(): Promise<ModelInfo> {
    if (this.#disposed) {
      return Promise.reject(
        new PlimsollError('usage', 'The model was closed', {
          fix: 'Open it again, or keep it open for as long as it is used.',
        }),
      )
    }
    this.#opened ??= this.#load(this.#spawn())
    return this.#opened
  }

  async call<K extends CallName>(
    name: K,
    args: Calls[K]['arguments'],
    options: CallOptions<K> = {},
  ): Promise<Calls[K]['result']> {
    if (options.signal?.aborted) throw new PlimsollError('cancelled', 'The call was cancelled before it began')
    await using cargo = await this.#inOrder(stow(args))
    await this.start()
    const child = this.#child
    if (child === null) throw new PlimsollError('engine-crashed', 'The engine stopped before the call was made')
    return await this.#send(child, name, cargo.args, options, cargo.file)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
    // An idle process does not keep the caller alive, but its end is waited for.
    child.ref()
    child.kill('SIGKILL')
    await gone
  }

  async #load(child: ChildProcess): Promise<ModelInfo> {
    try {
      const info = await this.#send(child, 'open', this.#open)
      this.#loads = true
      return info
    } catch (error) {
      // What is in the way may be gone the next time: that one is tried by a process of its own.
      if (this.#child === child) {
        this.#child = null
        this.#opened = null
        this.#flight?.close()
        this.#flight = null
        child.kill('SIGKILL')
      }
      throw error
    }
  }

  /** Calls reach the engine in the order they were made, however long it takes to write their arrays. */
  async #inOrder<T>(ready: Promise<T>): Promise<T> {
    const before = this.#order
    // What they came to is forgotten at once: a chain of results would hold every call there ever was.
    this.#order = Promise.allSettled([before, ready]).then(() => {})
    await before
    return await ready
  }

  #spawn(): ChildProcess {
    const flight = new FlightFile()
    const child = fork(sibling('child', import.meta.url), [], {
      serialization: 'advanced',
      execArgv: [],
      env: nativeEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', flight.descriptor ?? 'ignore'],
    })
    this.#child = child
    this.#flight = flight
    this.#stderr = ''
    child.stderr?.on('data', (data: Buffer) => {
      this.#stderr = (this.#stderr + data.toString('utf8')).slice(-keptStderr)
    })
    child.on('message', message => this.#receive(message))
    // Not at its exit: by now all that it wrote has been read.
    child.once('close', (code, signal) => this.#exited(child, code, signal))
    // A process that could not be started never exits; of one that runs, its exit tells.
    child.on('error', error => {
      if (child.pid !== undefined) return
      this.#stderr += `\n${error.message}`
      this.#exited(child, child.exitCode, child.signalCode)
    })
    return child
  }

  #send<K extends CallName>(
    child: ChildProcess,
    name: K,
    args: Calls[K]['arguments'],
    options: CallOptions<K> = {},
    cargo: string | null = null,
  ): Promise<Calls[K]['result']> {
    const id = this.#nextId++
    let watch: NodeJS.Timeout | undefined
    const cancel = () => {
      post(child, { type: 'cancel', id })
      const { unanswered } = this.#patience
      if (unanswered === undefined) return
      // It may be busy with another call, and tells of that. Of a caller that was busy itself, one look counts once.
      let heard = this.#heard
      let looks = 0
      const look = () => {
        looks = this.#heard === heard ? looks + 1 : 0
        heard = this.#heard
        if (looks === looksInVain) this.#endStuck(child)
      }
      watch = setInterval(look, unanswered / looksInVain)
    }
    return new Promise<Calls[K]['result']>((resolve, reject) => {
      // The signal may have been raised while the engine was starting.
      if (options.signal?.aborted) throw new PlimsollError('cancelled', 'The call was cancelled before it began')
      this.#pending.set(id, {
        name,
        // Both ends of the channel are this package, of one version.
        resolve: result => resolve(result as Calls[K]['result']),
        reject,
        onEvent: options.onEvent as Pending['onEvent'],
      })
      this.#hold(child)
      options.signal?.addEventListener('abort', cancel, { once: true })
      const { first = 0 } = options
      post(child, { type: 'call', id, call: { name, arguments: args } as never, first, cargo })
    }).finally(() => {
      options.signal?.removeEventListener('abort', cancel)
      clearInterval(watch)
      this.#pending.delete(id)
      this.#hold(child)
    })
  }

  #receive(message: unknown): void {
    if (!isFromEngine(message)) return
    this.#heard++
    for (const said of message.said) this.#hear(said)
  }

  #hear(said: Said): void {
    const pending = this.#pending.get(said.id)
    if (pending === undefined) return
    switch (said.type) {
      case 'event':
        try {
          pending.onEvent?.(said.event)
        } catch (error) {
          // A listener of the caller's failed: its call ends with that error, and the engine stops computing it. What
          // else the same message tells of it is for nobody.
          this.#pending.delete(said.id)
          pending.reject(error)
          if (this.#child !== null) post(this.#child, { type: 'cancel', id: said.id })
        }
        return
      case 'done':
        pending.resolve(said.result)
        return
      case 'failed':
        pending.reject(fromWire(said.error))
    }
  }

  #endStuck(child: ChildProcess): void {
    this.#stuck = true
    child.kill('SIGKILL')
  }

  #exited(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#child !== child) return
    this.#child = null
    this.#opened = null
    const said = this.#stderr.trim().split('\n').slice(-3).join(' · ')
    const flight = this.#flight
    this.#flight = null
    const stuck = this.#stuck
    this.#stuck = false
    for (const [id, { name, reject }] of this.#pending) {
      reject(
        this.#disposed
          ? new PlimsollError('cancelled', 'The model was closed during the call', {
              found: `call ${name}`,
              fix: 'Close a model when its calls have ended.',
            })
          : stopped({
              call: name,
              requests: flight?.requestsOf(id) ?? [],
              file: this.#open.file,
              how: signal ?? `exit code ${code}`,
              said,
              loading: name === 'open' && !this.#loads,
              stuck,
            }),
      )
    }
    flight?.close()
  }

  /** The process keeps the caller alive only while it owes an answer. */
  #hold(child: ChildProcess): void {
    const handles = [child, child.channel, child.stderr instanceof Socket ? child.stderr : null]
    for (const handle of handles) {
      if (this.#pending.size > 0) handle?.ref()
      else handle?.unref()
    }
  }
}

/** @throws PlimsollError `invalid-input` for what no process can be told, such as a function */
function post(child: ChildProcess, message: ToEngine): void {
  // A process that just died is told of by its exit.
  if (!child.connected) return
  try {
    child.send(message, () => {})
  } catch (error) {
    throw new PlimsollError('invalid-input', 'The engine, a process of its own, cannot be told all that was given', {
      found: error instanceof Error ? error.message : String(error),
      expected: 'data: numbers, texts, arrays, typed arrays, plain objects, maps, sets and dates',
      fix: 'Leave out what is no data, such as functions among the parameters of an edit.',
      cause: error,
    })
  }
}
