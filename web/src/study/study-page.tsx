/** One study: the verdict first, one click from the answers that were lost. */
import { StudyView } from '../../../src/serve/viewer/wire.ts'
import { apiPath, useApi } from '../api.ts'
import { useTitle } from '../shell/title.ts'
import { Problem, Waiting } from '../shell/told.tsx'
import { Finished } from './finished.tsx'
import { Unfinished } from './unfinished.tsx'

interface Props {
  readonly address: URL
  readonly study: string
  readonly condition: string | undefined
}

export function StudyPage({ address, study, condition }: Props) {
  const run = address.searchParams.get('run')
  const at = apiPath(`/studies/${encodeURIComponent(study)}`, { run })
  const { data, failed } = useApi(at, StudyView)
  const unfinished = data !== null && data.result === null
  const live = useApi(unfinished ? at : null, StudyView, { every: 2000 })
  const view = live.data ?? data
  useTitle(...(condition === undefined ? [study] : [condition, study]))
  if (failed !== null) return <Problem failed={failed} />
  if (view === null) return <Waiting what={study} />
  if (view.result === null)
    return (
      <>
        {live.failed !== null && <Problem failed={live.failed} />}
        <Unfinished view={view} run={run} />
      </>
    )
  return <Finished view={view} result={view.result} condition={condition} run={run} />
}
