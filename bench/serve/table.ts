import { machineLine } from '../machine.ts'
import type { Median } from '../repeat.ts'
import type { ServeBenchmark } from './index.ts'

export function serveTable(found: ServeBenchmark): string {
  const { machine, model, threads, generated, turns, clients, aims } = found
  const rows = clients.map(row =>
    [
      row.clients,
      told(row.unsteered.tokensPerSecond, 0),
      told(row.steered.tokensPerSecond, 0),
      told(row.ratio, 2),
      told(row.unsteered.firstToken, 2),
      told(row.steered.firstToken, 2),
      row.peer === null ? 'not asked' : `${told(row.peer.tokensPerSecond, 0)}, ${told(row.peer.plimsollIsFaster, 2)}`,
    ].join(' | '),
  )
  return [
    machineLine(machine),
    `${model}, ${threads} threads, ${generated} tokens an answer, ${turns} turns; medians with their 95 % intervals.`,
    '',
    'clients | tokens/s | tokens/s, steered | ratio | first token, s | first token, s, steered | other server: tokens/s, ratio',
    ...rows,
    '',
    ...aims.map(
      ({ what, aim, measured, reached }) =>
        `${reached ? 'reached' : 'missed'}: ${what} ${measured.toFixed(2)} (aim ${aim})`,
    ),
  ].join('\n')
}

function told({ median, interval: [low, high] }: Median, digits: number): string {
  return `${median.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
}
