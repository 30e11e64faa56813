import { sortedConditions, verdicts } from '../../../src/study/report/words.ts'
import type { ConditionResult } from '../../../src/study/result.ts'
import { go } from '../address.ts'
import { studyPath } from './paths.ts'

interface Props {
  readonly conditions: readonly ConditionResult[]
  readonly chosen: ConditionResult
  readonly study: string
  readonly run: string | null
}

export function ConditionPicker({ conditions, chosen, study, run }: Props) {
  const shown = sortedConditions(conditions).filter(({ role }) => role !== 'baseline')
  return (
    <label className="picker">
      condition
      <select value={chosen.name} onChange={event => go(studyPath(study, event.target.value, run))}>
        {shown.map(({ name, role, verdict }) => (
          <option key={name} value={name}>
            {role === 'method' || role === 'reference' ? `${name}: ${verdicts[verdict].word.toLowerCase()}` : name}
          </option>
        ))}
      </select>
    </label>
  )
}
