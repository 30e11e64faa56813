import type { KnownAxis, KnownStrength } from '../../../src/study/known-strengths.ts'
import { count, interval, points } from '../../../src/study/report/format.ts'
import { number } from '../../../src/study/report/known-caption.ts'
import { plainTable } from '../../../src/study/report/page/table.ts'
import { axes, states } from '../../../src/study/report/words.ts'
import { Drawn } from '../drawn.tsx'
import { studyPath } from '../study/paths.ts'

/** What the lanes show, as numbers, and the studies that it comes from. */
export function KnownTable({ name, known }: { readonly name: string; readonly known: readonly KnownStrength[] }) {
  // A sweep has no page.
  const inStudies = known.flatMap(({ run, study, condition }) => (run === null ? [] : [{ run, study, condition }]))
  const studies = [...new Map(inStudies.map(one => [`${one.run} ${one.condition}`, one])).values()]
  const rows = known
    .toSorted((a, b) => a.strength - b.strength)
    .map(one => [number(one.strength), howOf(one), ...axes.map(axis => axisText(one.axes[axis]))])
  return (
    <details className="more">
      <summary>As a table</summary>
      <Drawn
        of={plainTable({
          title: `What is known of ${name}`,
          heads: ['strength', 'how', ...axes.map(axis => `${axis}: change, 95 %, n`)],
          right: [true],
          rows,
        })}
      />
      <p className="small">
        {studies.map(({ run, study, condition }, i) => (
          <span key={`${run} ${condition}`}>
            {i > 0 && ' · '}
            <a href={studyPath(study, condition, run.slice(0, 12))}>
              {study}, {condition}
            </a>
          </span>
        ))}
      </p>
    </details>
  )
}

function howOf({ how, run, study }: KnownStrength): string {
  if (run === null) return `explored by a sweep on the prompts of ${study}`
  return how === 'tested' ? `tested in ${study}` : `explored in ${study}`
}

function axisText(known: KnownAxis | null): string {
  if (known === null) return 'not measured'
  const { change, ci, n, unit, state } = known
  return `${points(change)}${unit === '%' ? ' %' : ''} ${interval(ci)}, ${count(n)}: ${states[state].word}`
}
