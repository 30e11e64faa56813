/** llama.cpp's own benchmark of batches: prompts of random tokens, then random tokens instead of sampled ones. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Batches {
  readonly file: string
  readonly threads: number
  readonly promptTokens: number
  readonly generated: number
  readonly sequences: number
}

/** Seconds that the program takes to read the prompts and to decode behind them. */
export async function timeBatchedBench(program: string, batches: Batches): Promise<number> {
  const { file, threads, promptTokens, generated, sequences } = batches
  const numbers = {
    '-t': threads,
    // As many tokens in a piece as Plimsoll reads, and no room beyond what is asked.
    '-c': sequences * (promptTokens + generated),
    '-npp': promptTokens,
    '-ntg': generated,
    '-npl': sequences,
  }
  const args = ['-m', file, '--output-format', 'jsonl', ...Object.entries(numbers).flatMap(([k, v]) => [k, String(v)])]
  const { stdout, stderr } = await promisify(execFile)(program, args, { maxBuffer: 2 ** 26 })
  return secondsIn(`${stdout}\n${stderr}`)
}

/** Its output is one line of JSON among those of the log. */
export function secondsIn(output: string): number {
  const line = output.split('\n').find(text => text.startsWith('{') && text.includes('"t_tg"'))
  if (line === undefined) throw new Error(`No measurement in what the batched benchmark wrote:\n${output.slice(-2000)}`)
  return JSON.parse(line).t
}
