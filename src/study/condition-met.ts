/** How often the condition of a steering was met: one that never or always is, is none. */
import type { Judged } from './work.ts'

export interface ConditionMet {
  readonly met: number
  readonly of: number
}

/** Null where nothing steered under a condition. */
export function conditionMet(records: readonly Pick<Judged, 'trace'>[]): ConditionMet | null {
  const decided = records.flatMap(({ trace }) => {
    const gates = trace?.gates ?? []
    return gates.length === 0 ? [] : [gates.some(({ open }) => open)]
  })
  return decided.length === 0 ? null : { met: decided.filter(met => met).length, of: decided.length }
}

/** What is said of it beside the choice; nothing where there is no condition. */
export function conditionSentence(target: ConditionMet | null, control: ConditionMet | null): string {
  if (target === null || control === null) return ''
  const told = ` Its condition is met by ${target.met} of ${target.of} target and ${control.met} of ${control.of} control prompts`
  const met = target.met + control.met
  if (met === 0) return `${told}: WARNING, it steers nothing there.`
  return met === target.of + control.of ? `${told}: WARNING, it tells nothing apart there.` : `${told}.`
}
