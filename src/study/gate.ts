/** What a gate says of a study: one verdict for all its methods, and the exit code that stands for it. */
import { exitCode, worstVerdict } from '../measure/verdict.ts'
import type { ConditionResult, StudyResult, SuiteState, Verdict } from './result.ts'

/** `within`: only a verdict within the line passes. `not-broken`: undecided passes, too. */
export type GateKind = 'within' | 'not-broken'

export interface Gate {
  readonly kind: GateKind
  /** The worst of all methods: over, cannot be told, undecided, no effect, within, in this order. */
  readonly verdict: Verdict
  /** Methods that have it. */
  readonly deciding: readonly string[]
  readonly methods: number
  readonly code: number
}

export function gateOf({ conditions }: Pick<StudyResult, 'conditions'>, kind: GateKind): Gate {
  const methods = conditions.filter(condition => condition.role === 'method')
  const verdict = worstVerdict(methods.map(condition => condition.verdict))
  const deciding = methods.filter(condition => condition.verdict === verdict).map(({ name }) => name)
  return { kind, verdict, deciding, methods: methods.length, code: passes(verdict, kind) ? 0 : exitCode(verdict) }
}

export function passes(state: ConditionResult['verdict'] | SuiteState, kind: GateKind): boolean {
  return (
    state === 'within' || state === 'holds' || state === 'works' || (state === 'undecided' && kind === 'not-broken')
  )
}
