/** Below the verdict: the sections of the report, drawn by the report's own functions. */
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

interface Props {
  readonly result: StudyResult
  readonly scale: Scale
  readonly line: number | null
}

export const Rest = memo(function Rest({ result, scale, line }: Props) {
  const { conditions, labels, selections, map } = result
  const sections: readonly (readonly [string, Html | false | null])[] = [
    ['conditions', multiplesSection(conditions, scale, labels)],
    ['fits', fitsSection(conditions, labels)],
    ['trade-off', tradeOffSection(conditions, line, labels)],
    ['strength', strengthSection(selections, conditions, labels)],
    ['map', mapSection(map, labels)],
    ['templates', heatMapSection(conditions, labels)],
    ['classes', classesSection(result)],
    ['looks', answersSection(result)],
    ['breakdown', breakdownSection(conditions, labels)],
    ['judges', judgesSection(result)],
  ]
  return sections.map(([name, section]) => <Drawn key={name} of={section} />)
})
