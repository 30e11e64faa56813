import type { Comparison } from '../../../src/study/comparison/types.ts'
import { leftOut, orderedSuites } from '../../../src/study/report/comparison/words.ts'
import { count } from '../../../src/study/report/format.ts'
import { pointScale } from '../../../src/study/report/geometry/scale.ts'
import { Drawn } from '../drawn.tsx'
import { comparisonTable } from './comparison-table.ts'
import { figuresOf } from './figures.ts'
import { Flips } from './flips.tsx'

export function Compared({ comparison }: { readonly comparison: Comparison }) {
  const { a, b, differences, flips } = comparison
  const suites = orderedSuites(comparison)
  const { lost, gained, same } = figuresOf(comparison)
  const scale = pointScale(suites.flatMap(({ change, ci }) => [change, ...ci]))
  const left = leftOut(comparison)
  return (
    <>
      <section aria-labelledby="compared-title">
        <h2 id="compared-title">
          From {a.condition} to {b.condition}
        </h2>
        <p className="what muted small">
          A: {a.description} ({a.study}, {a.model}). B: {b.description} ({b.study}, {b.model}).
        </p>
        <dl className="figures strip">
          <Figure title="lost" n={lost} />
          <Figure title="gained" n={gained} />
          <Figure title="same" n={same} />
        </dl>
        <Drawn of={comparisonTable(suites, scale)} />
      </section>
      <Flips flips={flips} a={a} b={b} />
      {left.length > 0 && (
        <section>
          <h2>Not compared</h2>
          <ul className="text small">
            {left.map(sentence => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
      {differences.length > 0 && (
        <section>
          <h2>In what else they differ</h2>
          <ul className="text small">
            {differences.map(({ what, a: one, b: other }) => (
              <li key={what}>
                {what}: A {one}, B {other}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Figure({ title, n }: { readonly title: string; readonly n: number }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd className="big">{count(n)}</dd>
    </div>
  )
}
