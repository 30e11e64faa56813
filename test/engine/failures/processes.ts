/** What the system knows of processes, under Linux. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Processes that a process started and that it has not yet asked for their exit codes. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap(task => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
    .filter(text => text.trim() !== '')
    .map(Number)
}

/** Whether a process still runs; one that only waits to be asked for its exit code does not. */
export function runs(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
