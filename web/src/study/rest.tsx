/** Below the verdict: the sections of the report, drawn by the report's own functions, and the way to them. */
import { memo } from 'react'
import type { Scale } from '../../../src/study/report/geometry/scale.ts'
import type { Html } from '../../../src/study/report/html.ts'
import { answersSection } from '../../../src/study/report/page/answers.ts'
import { breakdownSection } from '../../../src/study/report/page/breakdown.ts'
import { classesSection } from '../../../src/study/report/page/classes.ts'
import { fitsSection } from '../../../src/study/report/page/fits.ts'
import { heatMapSection } from '../../../src/study/report/page/heat-map.ts'
import { judgesSection } from '../../../src/study/report/page/judges.ts'
import { mapSection } from '../../../src/study/report/page/map.ts'
import { multiplesSection } from '../../../src/study/report/page/multiples.ts'
import { strengthSection } from '../../../src/study/report/page/strength.ts'
import { tradeOffSection } from '../../../src/study/report/page/trade-off.ts'
import type { StudyResult } from '../../../src/study/result.ts'
import { Drawn } from '../drawn.tsx'

export interface Section {
  readonly id: string
  readonly title: string
  readonly drawn: Html
}

/** Those that this result has. */
export function sectionsOf(result: StudyResult, scale: Scale, line: number | null): readonly Section[] {
  const { conditions, labels, selections, map } = result
  const all: readonly (readonly [string, string, Html | false | null])[] = [
    ['conditions', 'All conditions, best first', multiplesSection(conditions, scale, labels)],
    ['fits', 'From fit to fit', fitsSection(conditions, labels)],
    ['trade-off', 'Gain and cost', tradeOffSection(conditions, line, labels)],
    ['strength', 'Strength', strengthSection(selections, conditions, labels)],
    ['map', 'States', mapSection(map, labels)],
    ['templates', 'Templates', heatMapSection(conditions, labels)],
    ['classes', 'Whose answer', classesSection(result)],
    ['looks', 'What answers look like', answersSection(result)],
    ['breakdown', 'Categories', breakdownSection(conditions, labels)],
    ['judges', 'The judges', judgesSection(result)],
  ]
  return all.flatMap(([id, title, drawn]) => (drawn === false || drawn === null ? [] : [{ id, title, drawn }]))
}

/** Links to the parts of a page that is long. */
export function Parts({ sections }: { readonly sections: readonly Section[] }) {
  return (
    <nav className="parts small" aria-label="Parts of this page">
      <ul>
        {[
          ...sections,
          { id: 'dropped', title: 'Left out and why' },
          { id: 'methods', title: 'How it was concluded' },
        ].map(({ id, title }) => (
          <li key={id}>
            <a href={`#${id}`}>{title}</a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

export const Rest = memo(function Rest({ sections }: { readonly sections: readonly Section[] }) {
  return sections.map(({ id, drawn }) => <Drawn key={id} of={drawn} />)
})
