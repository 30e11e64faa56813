/** Two lists of prompts become a vector: fitted, tried, saved, measured. */
import { useState } from 'react'
import { VectorInfo } from '../../../src/serve/vectors/info.ts'
import type { ServedModel } from '../../../src/serve/viewer/wire.ts'
import { go, path, withQuery } from '../address.ts'
import { send, useApi } from '../api.ts'
import { NeedsModel } from '../shell/needs-model.tsx'
import { useTitle } from '../shell/title.ts'
import { Problem } from '../shell/told.tsx'
import { layersText, promptsText } from '../vectors/strips.ts'
import { isDraft } from './fit.ts'
import { FitForm } from './fit-form.tsx'
import { MeasureVector } from './measure-vector.tsx'
import { SaveVector } from './save-vector.tsx'
import { TryVector } from './try-vector.tsx'

export function MakePage({ address }: { readonly address: URL }) {
  useTitle('Make a vector')
  return (
    <>
      <div className="intro">
        <h1>Make a vector</h1>
        <p className="what muted text">
          It points from “less like this” to “more like this”. Added while the model works, it moves the model towards
          what the prompts of the one side have in common and those of the other have not.
        </p>
      </div>
      <NeedsModel purpose="To make a vector">{model => <Make model={model} address={address} />}</NeedsModel>
    </>
  )
}

function Make({ model, address }: { readonly model: ServedModel; readonly address: URL }) {
  const name = address.searchParams.get('vector')
  const { data, failed } = useApi(name === null ? null : `/v1${path('vectors', name)}`, VectorInfo)
  // What a fit or a save answered is known before it is read, so that answers stay when a vector gets its name.
  const [told, setTold] = useState<VectorInfo | null>(null)
  const vector = data ?? (told?.name === name ? told : null)
  const [strength, setStrength] = useState(1)
  const [fits, setFits] = useState(0)
  const show = (known: VectorInfo) => {
    setTold(known)
    go(withQuery(address, { vector: known.name }), 'replace')
  }
  const fitted = (made: VectorInfo) => {
    // The one before was never named.
    if (name !== null && isDraft(name)) void send('DELETE', `/v1${path('vectors', name)}`).catch(() => undefined)
    setFits(before => before + 1)
    show(made)
  }
  return (
    <>
      <FitForm model={model} onFitted={fitted} />
      {failed !== null && <Problem failed={failed} />}
      {vector !== null && (
        <>
          <section aria-labelledby="fitted-title">
            <h2 id="fitted-title">{isDraft(vector.name) ? 'A vector, not named yet' : vector.name}</h2>
            <p className="small muted" role="status">
              {vector.method}, {promptsText(vector.prompts)}, acts at {layersText(vector)}
            </p>
            {vector.note !== '' && <p className="small text">{vector.note}</p>}
          </section>
          <TryVector key={fits} model={model} vector={vector} strength={strength} onStrength={setStrength} />
          <SaveVector vector={vector} onSaved={show} />
          <MeasureVector vector={vector} model={model.name} strength={strength} />
        </>
      )}
    </>
  )
}
