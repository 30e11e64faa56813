/** The benchmark as Markdown: the tables of docs/performance.md. */
import { machineLine } from '../machine.ts'
import type { Median } from '../repeat.ts'
import { cases } from './cases.ts'
import type { EngineBenchmark } from './index.ts'
import { type Way, ways } from './ways.ts'

const headings: Readonly<Record<Way, string>> = {
  none: 'no callback',
  declined: 'declined',
  oneLayer: 'one layer',
  everyLayer: 'every layer',
  captured: 'captured',
}

export function engineTable(found: EngineBenchmark): string {
  const { machine, model, bandwidth } = found
  const { engine } = model
  return [
    machineLine(machine),
    `${model.name} (${model.architecture}, ${model.layers} layers of ${model.width}, ${model.quantisation}, ${mega(model.bytes)}), llama.cpp ${engine.release} (${engine.cpu}), ${engine.threads} threads.`,
    ...Object.entries(found.contexts).flatMap(([length, byCase]) => [
      '',
      `Tokens per second at a context of ${length} tokens, medians; below, the part of the speed without a callback that is left, with its 95 % interval:`,
      '',
      `| | ${ways.map(way => headings[way]).join(' | ')} |`,
      `|---|${ways.map(() => '--:').join('|')}|`,
      ...cases.flatMap(name => {
        const { turns, tokensPerSecond, ratios } = byCase[name]
        return [
          `| ${name} | ${ways.map(way => Math.round(tokensPerSecond[way].median)).join(' | ')} |`,
          `| ${turns} turns | | ${ways.flatMap(way => (way === 'none' ? [] : [share(ratios[way])])).join(' | ')} |`,
        ]
      }),
    ]),
    '',
    `Memory is read at ${(bandwidth.bytesPerSecond / 1e9).toFixed(1)} GB/s by ${engine.threads} threads, and a token reads ${mega(bandwidth.weightBytesPerToken)} of weights: at most ${Math.round(bandwidth.limit)} tokens per second. One sequence reaches ${Object.entries(
      bandwidth.reached,
    )
      .map(([length, part]) => `${Math.round(100 * part)} % of that at ${length} tokens`)
      .join(', ')}.`,
    `From openModel to the first token: ${seconds(found.startUp)}.`,
    '',
    '| aim | at least | measured | |',
    '|---|--:|--:|---|',
    ...found.aims.map(
      ({ what, aim, measured, reached }) =>
        `| ${what} | ${what === 'startUp' ? `at most ${aim} s` : aim} | ${measured.toFixed(3)} | ${reached ? 'reached' : 'missed'} |`,
    ),
  ].join('\n')
}

function share({ median, interval: [low, high] }: Median): string {
  return `${median.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
}

function seconds({ median, interval: [low, high] }: Median): string {
  return `${median.toFixed(2)} s [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

function mega(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
