/** One prompt, answered by the model as it is and by the steered model, side by side. */
import { NeedsModel } from '../shell/needs-model.tsx'
import { useTitle } from '../shell/title.ts'
import { Playground } from './playground.tsx'

export function PlaygroundPage({ address }: { readonly address: URL }) {
  useTitle('Playground')
  return (
    <>
      <div className="intro">
        <h1>Playground</h1>
        <p className="what muted text">One prompt, answered by the model as it is and by the steered model.</p>
      </div>
      <NeedsModel purpose="To ask a model">{model => <Playground model={model} address={address} />}</NeedsModel>
    </>
  )
}
