/** For pages that ask a model: with the one that is served, or how to serve one in place of buttons that do nothing. */
import type { ReactNode } from 'react'
import { type ServedModel, ServerView } from '../../../src/serve/viewer/wire.ts'
import { apiPath, useApi } from '../api.ts'
import { Problem, Waiting } from './told.tsx'

interface Props {
  /** What a model is needed for, such as `To try a vector`. */
  readonly purpose: string
  readonly children: (model: ServedModel) => ReactNode
}

export function NeedsModel({ purpose, children }: Props) {
  const { data, failed } = useApi(apiPath('/server'), ServerView)
  if (failed !== null) return <Problem failed={failed} />
  if (data === null) return <Waiting what="what is served" />
  if (data.model !== null) return children(data.model)
  return (
    <section className="text" aria-labelledby="needs-model">
      <h2 id="needs-model">No model is served here</h2>
      <p>
        {purpose}, start <code>plimsoll serve</code> in place of <code>plimsoll view</code>, with your model:
      </p>
      <pre>plimsoll serve --model MODEL</pre>
      <p className="small muted">
        It shows these pages too, at http://127.0.0.1:8080. <code>--model organism</code> serves the teaching model.
      </p>
    </section>
  )
}
