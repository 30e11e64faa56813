/** What has to be said of a vector at a strength, going by what studies found of it on this model. */
import type { Verdict } from '../../measure/types.ts'
import type { Measured } from '../../study/measured-vectors.ts'

export interface Standing {
  /** Of the newest study at this strength; null where there is none. */
  readonly verdict: Verdict | null
  /** What to be warned of; null where it is within the line. */
  readonly warning: string | null
}

export function standingOf(name: string, strength: number, measured: readonly Measured[], changed: boolean): Standing {
  if (strength === 0) return { verdict: null, warning: null }
  if (changed) {
    return {
      verdict: null,
      warning: `${name} was never measured as it is used here, at other places or behind a gate.`,
    }
  }
  const found = measured.find(one => one.strength === strength)
  if (found !== undefined) {
    const { verdict, study, sentence } = found
    const warning =
      verdict === 'within' ? null : `${name} at strength ${strength}, ${study}: ${sayings[verdict]} ${sentence}`
    return { verdict, warning }
  }
  if (measured.length === 0) return { verdict: null, warning: `${name} was never measured on this model: run a study.` }
  const others = [...new Set(measured.map(one => one.strength))].sort((a, b) => a - b)
  return {
    verdict: null,
    warning: `${name} was never measured at strength ${strength}, only at ${others.join(', ')}.`,
  }
}

const sayings: Readonly<Record<Exclude<Verdict, 'within'>, string>> = {
  over: 'over the line.',
  undecided: 'undecided.',
  'no-effect': 'no effect.',
  'cannot-tell': 'cannot be told.',
}
