import { stateWord, verdictBadge } from '../../../src/study/report/page/mark.ts'
import type { SuiteState, Verdict } from '../../../src/study/result.ts'
import { Drawn } from '../drawn.tsx'

export function VerdictBadge({ verdict }: { readonly verdict: Verdict }) {
  return <Drawn of={verdictBadge(verdict)} />
}

export function StateWord({ state }: { readonly state: SuiteState }) {
  return <Drawn of={stateWord(state)} />
}
