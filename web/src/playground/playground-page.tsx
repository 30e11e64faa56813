/** Asks the model that is served twice: as it is, and steered. */
import { NeedsModel } from '../shell/needs-model.tsx'
import { useTitle } from '../shell/title.ts'

export function PlaygroundPage() {
  useTitle('Playground')
  return (
    <>
      <div className="intro">
        <h1>Playground</h1>
        <p className="what muted text">One prompt, answered by the model as it is and by the steered model.</p>
      </div>
      <NeedsModel purpose="To ask a model">{({ name }) => <p className="text">{name}</p>}</NeedsModel>
    </>
  )
}
