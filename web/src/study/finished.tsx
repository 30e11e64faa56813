import { useMemo } from 'react'
import type { StudyView } from '../../../src/serve/viewer/wire.ts'
import { commonLine, sharedScale } from '../../../src/study/report/page/interval-table.ts'
import { verdictSection } from '../../../src/study/report/page/verdict.ts'
import { methodsOf } from '../../../src/study/report/words.ts'
import type { ConditionResult, StudyResult } from '../../../src/study/result.ts'
import { Drawn } from '../drawn.tsx'
import { Nothing } from '../shell/nothing.tsx'
import { About } from './about.tsx'
import { ConditionPicker } from './condition-picker.tsx'
import { Dropped } from './dropped.tsx'
import { lostLink } from './lost-link.ts'
import { comparePath, playgroundPath } from './paths.ts'
import { Parts, Rest, sectionsOf } from './rest.tsx'
import { RunPicker } from './run-picker.tsx'
import { Words } from './words.tsx'

interface Props {
  readonly view: StudyView
  readonly result: StudyResult
  /** Undefined: the method whose verdict is best. */
  readonly condition: string | undefined
  readonly run: string | null
}

export function Finished({ view, result, condition: name, run }: Props) {
  const methods = useMemo(() => methodsOf(result.conditions), [result])
  const shown =
    name === undefined ? (methods[0] ?? result.conditions[0]) : result.conditions.find(one => one.name === name)
  const scale = useMemo(() => sharedScale(shown === undefined ? methods : [...methods, shown]), [methods, shown])
  const line = commonLine(result.conditions)
  const sections = useMemo(() => sectionsOf(result, scale, line), [result, scale, line])
  if (shown === undefined) return <Nothing />
  return (
    <>
      <div className="intro">
        <h1>{result.title}</h1>
        <p className="what muted">
          {result.model.name}, study {result.study}, run <code>{result.run.slice(0, 8)}</code>
        </p>
      </div>
      <div className="pickers">
        <ConditionPicker conditions={result.conditions} chosen={shown} study={result.study} run={run} />
        <RunPicker view={view} />
      </div>
      <Parts sections={sections} />
      <Drawn of={verdictSection(shown, 0, scale, line, result.labels, lostLink(result.study, shown, run))} />
      <p className="small after-verdict">
        <a href={comparePath(`${result.run}:${otherThan(shown, result)}`, `${result.run}:${shown.name}`)}>
          Compare with another condition
        </a>
        {shown.role === 'method' && shown.strength !== null && (
          <>
            {' · '}
            <a href={playgroundPath(result, shown.name, shown.strength)}>Try it at another strength</a>
          </>
        )}
      </p>
      <Words margins={result.margins} />
      <Rest sections={sections} />
      <Dropped result={result} />
      {view.about !== null && <About about={view.about} plan={result.plan} />}
    </>
  )
}

/** What a method is first held against: a reference, else whatever there is. */
function otherThan(shown: ConditionResult, { conditions }: StudyResult): string {
  const others = conditions.filter(one => one !== shown)
  const first = others.find(({ role }) => role === 'reference') ?? others.find(({ role }) => role !== 'baseline')
  return (first ?? others[0] ?? shown).name
}
