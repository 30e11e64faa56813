import { expect, test } from 'vitest'
import type { RunState } from '../../src/serve/viewer/wire.ts'
import { isNamed } from '../../web/src/studies/named-run.ts'

const other: RunState = {
  study: 'other',
  run: 'z',
  model: null,
  state: 'finished',
  started: '2026-12-01T00:00:00Z',
  since: '2026-12-01T00:00:00Z',
  chunks: { done: 1, of: 1 },
  answers: { done: 1, of: 1 },
  minutesLeft: null,
  verdicts: [],
  references: [],
  stops: false,
  stopping: false,
}

/** Newest first. */
test.each([
  [['running', 'finished', 'finished'], 1],
  [['interrupted', 'running', 'finished'], 2],
  [['running', 'interrupted'], 0],
  [['finished'], 0],
] as const)('of runs that are %j the name stands for number %i', (states, at) => {
  const own = states.map((state, i): RunState => ({ ...other, study: 'demo', run: String(i), state }))
  const runs = [other, ...own]
  expect(own.map(run => isNamed(run, runs))).toEqual(states.map((_state, i) => i === at))
  expect(isNamed(other, runs)).toBe(true)
})
