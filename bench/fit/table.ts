/** The comparison with Python as Markdown, for docs/performance.md, and what was aimed at. */
import { PLIMSOLL } from '../peers/index.ts'
import type { Median } from '../repeat.ts'
import type { FitPeers } from './peers.ts'

export interface Aim {
  readonly what: string
  readonly aim: string
  readonly measured: number
  readonly reached: boolean
}

/** How many times as fast as Python a fit is to be, and the part of its memory it may take. */
const leastFaster = { diffmean: 3, ssv: 1 } as const
const mostMemory = 1 / 3

export function peerAims({ jobs }: FitPeers): Aim[] {
  return (['diffmean', 'ssv'] as const).flatMap(job => {
    const ours = jobs[job][PLIMSOLL]?.memory.peak ?? Number.NaN
    return Object.entries(jobs[job]).flatMap(([name, { plimsollIsFaster, memory }]): Aim[] => {
      if (plimsollIsFaster === undefined) return []
      const [faster, part] = [plimsollIsFaster.median, ours / memory.peak]
      const least = leastFaster[job]
      return [
        {
          what: `speed of ${job} against ${name}`,
          aim: least === 1 ? 'above 1' : `at least ${least}`,
          measured: faster,
          reached: least === 1 ? faster > 1 : faster >= least,
        },
        {
          what: `memory of ${job} against ${name}`,
          aim: 'at most a third',
          measured: part,
          reached: part <= mostMemory,
        },
      ]
    })
  })
}

export function peersSection({ jobs, turns, steps }: FitPeers, pairs: number): string[] {
  const work = { diffmean: `diffmean of ${pairs} pairs`, ssv: `ssv in ${steps} steps` }
  return [
    `The same jobs, each in processes of its own; ${turns} turns.`,
    '',
    '| | | seconds | Plimsoll is faster by | memory with the model open | at the most | Plimsoll’s part of that | cosine with Plimsoll’s vector |',
    '|---|---|--:|--:|--:|--:|--:|--:|',
    ...(['diffmean', 'ssv'] as const).flatMap(job => {
      const ours = jobs[job][PLIMSOLL]?.memory.peak ?? Number.NaN
      return Object.entries(jobs[job]).map(([name, { seconds, plimsollIsFaster, memory, cosine }]) => {
        const cells = [
          work[job],
          name,
          seconds.median.toFixed(2),
          plimsollIsFaster ? `${interval(plimsollIsFaster)}` : '',
          megabytes(memory.opened),
          megabytes(memory.peak),
          name === PLIMSOLL ? '' : (ours / memory.peak).toFixed(2),
          cosine === undefined ? '' : cosine.toFixed(3),
        ]
        return `| ${cells.join(' | ')} |`
      })
    }),
  ]
}

export function aimsTable(aims: readonly Aim[]): string[] {
  return [
    '| aim | | measured | |',
    '|---|---|--:|---|',
    ...aims.map(
      ({ what, aim, measured, reached }) =>
        `| ${what} | ${aim} | ${measured.toFixed(2)} | ${reached ? 'reached' : 'missed'} |`,
    ),
  ]
}

function interval({ median, interval: [low, high] }: Median): string {
  return `${median.toFixed(2)} × [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
