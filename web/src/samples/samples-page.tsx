/** The answers of a condition: a list that is filtered, and one of them beside the baseline's. */
import { useMemo, useState } from 'react'
import { StudyView, Tallies } from '../../../src/serve/viewer/wire.ts'
import { apiPath, useApi } from '../api.ts'
import { useTitle } from '../shell/title.ts'
import { Problem, Waiting } from '../shell/told.tsx'
import { studyPath } from '../study/paths.ts'
import { useLast } from '../use-last.ts'
import { FilterBar } from './filter-bar.tsx'
import { filtersOf, listQuery, total, viewQuery } from './filters.ts'
import { HelpDialog } from './help-dialog.tsx'
import { openOf } from './open.ts'
import { SampleDetail } from './sample-detail.tsx'
import { SampleList } from './sample-list.tsx'
import { SamplesHead } from './samples-head.tsx'
import { useKeys } from './use-keys.ts'
import { useRows } from './use-rows.ts'
import { useSteps } from './use-steps.ts'

interface Props {
  readonly address: URL
  readonly study: string
  readonly condition: string
}

export function SamplesPage({ address, study, condition }: Props) {
  useTitle('Samples', condition, study)
  const begins = address.searchParams.get('run')
  const { data: view, failed } = useApi(apiPath(`/studies/${encodeURIComponent(study)}`, { run: begins }), StudyView)
  if (failed !== null) return <Problem failed={failed} />
  if (view === null) return <Waiting what={study} />
  return (
    <>
      <SamplesHead view={view} condition={condition} address={address} back={studyPath(study, condition, begins)} />
      <Answers key={`${view.status.run} ${condition}`} run={view.status.run} condition={condition} address={address} />
    </>
  )
}

function Answers({
  run,
  condition,
  address,
}: {
  readonly run: string
  readonly condition: string
  readonly address: URL
}) {
  const filters = useMemo(() => filtersOf(address), [address])
  const [version, setVersion] = useState(0)
  const counted = useApi(apiPath(`/runs/${run}/tallies`, viewQuery(condition, filters)), Tallies, { version })
  // The field that is typed into stays while what is typed is counted.
  const last = useLast(counted.data)
  const tallies = last?.tallies ?? []
  const n = total(tallies, filters)
  const list = apiPath(`/runs/${run}/samples`, listQuery(condition, filters))
  const rows = useRows(list, n, version)
  const open = openOf(address)
  const step = useSteps(rows, open, address)
  const keys = useKeys(step)
  const problem = counted.failed !== null && <Problem failed={counted.failed} />
  if (last === null) return problem || <Waiting what="what was asked, and what was answered" />
  return (
    <>
      {problem}
      {last.note !== null && <p className="text small">{last.note}</p>}
      <FilterBar tallies={tallies} templates={last.templates} filters={filters} address={address} n={n} />
      {rows.failed !== null && (
        <Problem failed={rows.failed}>
          <button type="button" onClick={rows.retry}>
            Try again
          </button>
        </Problem>
      )}
      <div className={`browse${open === null ? '' : ' has-open'}`} aria-busy={counted.data === null}>
        <SampleList key={list} rows={rows} open={open} address={address} />
        <div className="detail">
          {open === null ? (
            <p className="muted text">
              {n === 0 ? (
                'No answer is like that.'
              ) : (
                <span className="hint">Choose an answer, or press j for the first. All keys: ?</span>
              )}
            </p>
          ) : (
            <SampleDetail
              run={run}
              row={{ condition, suite: open.suite, sample: open.sample }}
              address={address}
              onLabelled={() => setVersion(before => before + 1)}
            />
          )}
        </div>
      </div>
      <HelpDialog dialog={keys.help} />
    </>
  )
}
