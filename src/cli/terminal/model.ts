/** Opens the model a command was given; one of the registry that is not there yet is fetched first. */
import { availableParallelism, loadavg } from 'node:os'
import { resolve } from 'node:path'
import { openModel as openFile } from '../../engine/open.ts'
import type { Model, OpenOptions } from '../../engine/types.ts'
import { findEntry, pullModel, resolveModel } from '../../models/index.ts'
import type { Output } from './output.ts'
import { createStatusLine } from './progress.ts'
import { prose } from './prose.ts'

/** As a study may name it: a path on the command line starts where the user is, not where the study file lies. */
export function modelGiven(nameOrPath: string): string {
  return /\.gguf$/i.test(nameOrPath) ? resolve(nameOrPath) : nameOrPath
}

export async function openForCommand(nameOrPath: string, output: Output, options: OpenOptions = {}): Promise<Model> {
  const model = await opened(nameOrPath, output, options)
  const { threads } = model.info.engine
  const [load = 0] = loadavg()
  if (output.interactive && options.threads === undefined && threads > 1 && load > availableParallelism())
    output.note(
      prose(
        `Other programs keep the processors busy (load ${load.toFixed(1)}). Threads that wait for each other are slow then: PLIMSOLL_THREADS=1 may be many times faster.`,
      ),
    )
  return model
}

async function opened(nameOrPath: string, output: Output, options: OpenOptions): Promise<Model> {
  const entry = findEntry(nameOrPath)
  if (entry !== undefined && entry !== null) {
    using status = createStatusLine(output)
    const pulled = await pullModel(entry.name, { signal: options.signal, onProgress: status.onProgress })
    status.clear()
    if (pulled.source !== null && pulled.source !== 'packaged') {
      status.done(`download ${entry.title}, ${Math.round(entry.bytes / 1e6)} MB, hash checked`)
    }
    return openFile(pulled.file, { name: entry.name, ...options })
  }
  const { file, name } = await resolveModel(nameOrPath)
  return openFile(file, { name, ...options })
}

/** `llama.cpp v0.5.0 on CPU (sapphirerapids), 2 threads` */
export function describeEngine({ info }: Model): string {
  const { implementation, release, device, cpu, threads, engines } = info.engine
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`
  const work = engines === 1 ? count(threads, 'thread') : `${count(engines, 'engine')} of ${count(threads, 'thread')}`
  return `${implementation} ${release} on ${device} (${cpu}), ${work}`
}
