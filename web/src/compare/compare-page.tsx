/** Two conditions held against each other, prompt by prompt. */
import { ComparisonView, Studies } from '../../../src/serve/viewer/wire.ts'
import { apiPath, useApi } from '../api.ts'
import { useTitle } from '../shell/title.ts'
import { Problem, Waiting } from '../shell/told.tsx'
import { Compared } from './compared.tsx'
import { type Side, sideOf } from './side.ts'
import { SidePicker } from './side-picker.tsx'

export function ComparePage({ address }: { readonly address: URL }) {
  useTitle('Compare')
  const { data: studies, failed } = useApi(apiPath('/studies'), Studies)
  const finished = studies?.runs.filter(({ state }) => state === 'finished') ?? []
  const [a, b] = [sideOf(address.searchParams.get('a')), sideOf(address.searchParams.get('b'))]
  return (
    <>
      <div className="intro">
        <h1>Compare</h1>
        <p className="what muted text">
          Two conditions on the prompts that both answered. A is what B is held against; up is better, so what B lost is
          worse than A.
        </p>
      </div>
      {failed !== null && <Problem failed={failed} />}
      {studies !== null && finished.length === 0 && (
        <p className="text">
          No study is finished yet. Run one: <code>plimsoll demo</code>.
        </p>
      )}
      {finished.length > 0 && (
        <div className="pickers">
          <SidePicker name="a" side={a} runs={finished} address={address} />
          <SidePicker name="b" side={b} runs={finished} address={address} />
        </div>
      )}
      {a !== null && b !== null && same(a, b) && (
        <p className="text">A and B are the same. Choose another condition or another run for one of them.</p>
      )}
      {a !== null && b !== null && !same(a, b) && <Between a={a} b={b} />}
    </>
  )
}

function same(a: Side, b: Side): boolean {
  return a.run === b.run && a.condition === b.condition
}

function Between({ a, b }: { readonly a: Side; readonly b: Side }) {
  const query = { aRun: a.run, a: a.condition, bRun: b.run, b: b.condition }
  const { data, failed } = useApi(apiPath('/compare', query), ComparisonView)
  if (failed !== null) return <Problem failed={failed} />
  if (data === null) return <Waiting what="both sides" />
  return <Compared key={JSON.stringify(query)} comparison={data} />
}
