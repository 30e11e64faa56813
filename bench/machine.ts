/** On what a benchmark ran: figures without it say nothing. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

export interface Machine {
  readonly processor: string
  readonly processors: number
  /** GiB */
  readonly memory: number
  readonly platform: string
  readonly node: string
  /** Of the last minute, when the run began: other programs cost time. */
  readonly load: number
  readonly date: string
}

/** Above the tables of every benchmark. */
export function machineLine(machine: Machine): string {
  return `${machine.date}, ${machine.processor}, ${machine.processors} processors, ${machine.memory} GiB, ${machine.platform}, Node ${machine.node}; load before the run ${machine.load}.`
}

export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memory: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    date: new Date().toISOString().slice(0, 10),
  }
}
