import type { RunState } from '../../../src/serve/viewer/wire.ts'

/** Whether the study's name alone stands for this run, as the server reads it: the newest finished one, else the newest. */
export function isNamed({ study, run }: RunState, runs: readonly RunState[]): boolean {
  const own = runs.filter(one => one.study === study)
  const named = own.find(({ state }) => state === 'finished') ?? own[0]
  return named?.run === run
}
