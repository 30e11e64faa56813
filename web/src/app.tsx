/** Which page an address stands for. */
import { segments, useAddress } from './address.ts'
import { ComparePage } from './compare/compare-page.tsx'
import { MakePage } from './make/make-page.tsx'
import { PlaygroundPage } from './playground/playground-page.tsx'
import { SamplesPage } from './samples/samples-page.tsx'
import { Nothing } from './shell/nothing.tsx'
import { Shell } from './shell/shell.tsx'
import { StudiesPage } from './studies/studies-page.tsx'
import { StudyPage } from './study/study-page.tsx'
import { VectorsPage } from './vectors/vectors-page.tsx'

export function App() {
  const address = useAddress()
  return <Shell>{pageAt(address)}</Shell>
}

function pageAt(address: URL) {
  const [first, study, condition, last, ...more] = segments(address)
  if (first === undefined || (first === 'studies' && study === undefined)) return <StudiesPage address={address} />
  if (first === 'compare' && study === undefined) return <ComparePage address={address} />
  if (first === 'playground' && study === undefined) return <PlaygroundPage address={address} />
  if (first === 'vectors' && study === undefined) return <VectorsPage address={address} />
  if (first === 'vectors' && study === 'new' && condition === undefined) return <MakePage address={address} />
  if (first === 'studies' && study !== undefined && more.length === 0) {
    if (last === undefined) return <StudyPage address={address} study={study} condition={condition} />
    if (last === 'samples' && condition !== undefined)
      return <SamplesPage address={address} study={study} condition={condition} />
  }
  return <Nothing />
}
