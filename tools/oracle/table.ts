import { dot, norm } from '../../src/steer/algebra/vectors.ts'

/** One thing held against its original. */
export interface Comparison {
  readonly what: string
  /** With its version. */
  readonly original: string
  /** Such as `cosine`. */
  readonly measure: string
  /** null where it was not run. */
  readonly value: number | null
  /** What is asked for, in words. */
  readonly bound: string
  /** null where it was not run. */
  readonly met: boolean | null
}

/** A cosine that has to reach `least`. */
export function atLeast(least: number, of: Omit<Comparison, 'met' | 'bound'>): Comparison {
  return { ...of, bound: `at least ${least}`, met: of.value === null ? null : of.value >= least }
}

/** A distance that may reach `most`. */
export function atMost(most: number, of: Omit<Comparison, 'met' | 'bound'>): Comparison {
  return { ...of, bound: `at most ${most}`, met: of.value === null ? null : of.value <= most }
}

export function table(comparisons: readonly Comparison[]): string {
  const told = (value: number | null) => {
    if (value === null) return 'not run'
    return Math.abs(value) > 0.5 ? value.toFixed(8) : value.toExponential(1)
  }
  const verdict = { true: 'met', false: '**missed**', null: '' } as const
  return [
    '| what | original | measured | | asked for | |',
    '|---|---|---|--:|---|---|',
    ...comparisons.map(
      ({ what, original, measure, value, bound, met }) =>
        `| ${what} | ${original} | ${measure} | ${told(value)} | ${bound} | ${verdict[`${met}`]} |`,
    ),
  ].join('\n')
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dot(a, b) / (norm(a) * norm(b))
}
