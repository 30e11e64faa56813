/** The most memory that a process and its children have had, as Linux counts it. */
import { readdir, readFile } from 'node:fs/promises'

/** Bytes; the peaks of the processes of a tree added up, although they need not fall together. */
export async function peakMemory(pid: number): Promise<number> {
  const parents = await parentOfEach()
  const tree = [pid]
  // Children that come to the list are looked up in their turn.
  for (const parent of tree) tree.push(...[...parents].filter(([, its]) => its === parent).map(([child]) => child))
  const peaks = await Promise.all(tree.map(async one => Number((await field(one, 'VmHWM')) ?? 0) * 1024))
  return peaks.reduce((sum, peak) => sum + peak, 0)
}

async function parentOfEach(): Promise<Map<number, number>> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger)
  const pairs = await Promise.all(pids.map(async pid => [pid, Number(await field(pid, 'PPid'))] as const))
  return new Map(pairs)
}

/** A number of `/proc/PID/status`; of memory in KiB. Undefined where the process is gone. */
async function field(pid: number, name: string): Promise<string | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]
}
