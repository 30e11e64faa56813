import type { VectorInfo } from '../../../src/serve/vectors/info.ts'
import type { ServedModel } from '../../../src/serve/viewer/wire.ts'

interface Props {
  readonly model: ServedModel
  readonly vector: VectorInfo
  readonly strength: number
  readonly onStrength: (strength: number) => void
}

export function TryVector({ model, vector: { name }, strength }: Props) {
  return (
    <section aria-labelledby="try-title">
      <h2 id="try-title">Try it</h2>
      <p>
        <a href={`/playground?${new URLSearchParams({ vectors: `${name}@${strength}` })}`}>
          Ask {model.name} with it in the Playground
        </a>
      </p>
    </section>
  )
}
