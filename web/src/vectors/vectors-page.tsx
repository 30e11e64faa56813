/** The vectors of the server, with what studies found of each. */
import { useState } from 'react'
import { VectorList } from '../../../src/serve/vectors/info.ts'
import { useApi } from '../api.ts'
import { NeedsModel } from '../shell/needs-model.tsx'
import { useTitle } from '../shell/title.ts'
import { Problem, Waiting } from '../shell/told.tsx'
import { StoredVectors } from './stored-vectors.tsx'
import { Upload } from './upload.tsx'
import { VectorActions } from './vector-actions.tsx'
import { VectorCard } from './vector-card.tsx'

export function VectorsPage({ address }: { readonly address: URL }) {
  useTitle('Vectors')
  return (
    <>
      <div className="intro">
        <h1>Vectors</h1>
      </div>
      <NeedsModel purpose="To see and make vectors">
        {({ name }) => <Vectors model={name} address={address} />}
      </NeedsModel>
    </>
  )
}

function Vectors({ model, address }: { readonly model: string; readonly address: URL }) {
  const [version, setVersion] = useState(0)
  const { data, failed } = useApi('/v1/vectors', VectorList, { version })
  const anew = () => setVersion(before => before + 1)
  return (
    <>
      <p className="text small muted">
        The vectors that this server has for {model}: a request names one and is steered by it. They are gone when the
        server stops; download those that shall stay.
      </p>
      <p className="actions">
        <a href="/vectors/new">Make a vector</a>
      </p>
      <Upload onDone={anew} />
      {failed !== null && <Problem failed={failed} />}
      {data === null && failed === null && <Waiting what="the vectors" />}
      {data?.data.length === 0 && (
        <p className="text">
          There is none yet. Make one of two lists of prompts, or start the server with <code>--vector FILE</code>.
        </p>
      )}
      {data?.data.map(vector => (
        <VectorCard key={vector.name} vector={vector}>
          <VectorActions name={vector.name} standard={vector.default_strength} address={address} onDone={anew} />
        </VectorCard>
      ))}
      {data !== null && <StoredVectors served={data.data.map(({ name }) => name)} onDone={anew} />}
    </>
  )
}
