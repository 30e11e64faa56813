import { machineLine } from '../machine.ts'
import { medianText } from '../repeat.ts'
import { threadsText } from '../threads.ts'
import type { ServeBenchmark } from './index.ts'

export function serveTable(found: ServeBenchmark): string {
  const { machine, model, generated, turns, clients, aims } = found
  const rows = clients.map(row =>
    [
      row.clients,
      medianText(row.unsteered.tokensPerSecond, 0),
      medianText(row.steered.tokensPerSecond, 0),
      medianText(row.ratio, 2),
      medianText(row.unsteered.firstToken, 2),
      medianText(row.steered.firstToken, 2),
      row.peer === null
        ? 'not asked'
        : `${medianText(row.peer.tokensPerSecond, 0)}, ${medianText(row.peer.plimsollIsFaster, 2)}`,
    ].join(' | '),
  )
  return [
    machineLine(machine),
    `${model}, ${threadsText(found)}, ${generated} tokens an answer, ${turns} turns; medians with their 95 % intervals.`,
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
