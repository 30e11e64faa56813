import { type RunState, StudyView } from '../../../src/serve/viewer/wire.ts'
import { sortedConditions } from '../../../src/study/report/words.ts'
import { go, withQuery } from '../address.ts'
import { apiPath, useApi } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { when } from '../studies/when.ts'
import { type Side, sideText } from './side.ts'

interface Props {
  readonly name: 'a' | 'b'
  readonly side: Side | null
  readonly runs: readonly RunState[]
  readonly address: URL
}

export function SidePicker({ name, side, runs, address }: Props) {
  const run = runs.find(one => one.run === side?.run) ?? runs[0]
  const at = run === undefined ? null : apiPath(`/studies/${encodeURIComponent(run.study)}`, { run: run.run })
  const { data, failed } = useApi(at, StudyView)
  const choose = (hash: string, condition: string) =>
    go(withQuery(address, { [name]: sideText({ run: hash, condition }) }))
  const conditions = sortedConditions(data?.result?.conditions ?? []).map(one => one.name)
  const title = name.toUpperCase()
  return (
    <fieldset className="side-picker">
      <legend>{title}</legend>
      {runs.length > 1 && (
        <label className="picker">
          study
          <select value={run?.run ?? ''} onChange={event => choose(event.target.value, 'baseline')}>
            {runs.map(one => (
              <option key={one.run} value={one.run}>
                {one.study}, {one.model}, {when(one.started)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="picker">
        condition
        <select value={side?.condition ?? ''} onChange={event => choose(run?.run ?? '', event.target.value)}>
          {side === null && <option value="">choose one</option>}
          {conditions.map(condition => (
            <option key={condition}>{condition}</option>
          ))}
        </select>
      </label>
      {failed !== null && <Problem failed={failed} />}
    </fieldset>
  )
}
