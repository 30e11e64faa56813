/** The comparison as Markdown, for docs/performance.md. */
import { machineLine } from '../machine.ts'
import type { Median } from '../repeat.ts'
import { threadsText } from '../threads.ts'
import { type PeersBenchmark, PLIMSOLL } from './index.ts'

export function peersTable(found: PeersBenchmark): string {
  const { machine } = found
  return [
    machineLine(machine),
    `${found.model}, ${threadsText(found)}, ${found.promptTokens} tokens of prompt, ${found.generated} generated; ${found.turns} turns.`,
    '',
    '| sequences | | tokens per second | Plimsoll is faster by | peak memory | as a part of its memory | same first token |',
    '|--:|---|--:|--:|--:|--:|--:|',
    ...Object.entries(found.sequences).flatMap(([count, byName]) =>
      Object.entries(byName).map(([name, { tokensPerSecond, plimsollIsFaster, peakMemory, sameFirstToken }]) => {
        const ours = byName[PLIMSOLL]?.peakMemory
        const cells = [
          count,
          name,
          tokensPerSecond.median.toFixed(1),
          plimsollIsFaster ? times(plimsollIsFaster) : '',
          peakMemory ? `${Math.round(peakMemory / 2 ** 20)} MiB` : '',
          peakMemory && ours && name !== PLIMSOLL ? (ours / peakMemory).toFixed(2) : '',
          sameFirstToken === undefined || name === PLIMSOLL ? '' : `${Math.round(100 * sameFirstToken)} %`,
        ]
        return `| ${cells.join(' | ')} |`
      }),
    ),
  ].join('\n')
}

function times({ median, interval: [low, high] }: Median): string {
  return `${median.toFixed(2)} × [${low.toFixed(2)}, ${high.toFixed(2)}]`
}
