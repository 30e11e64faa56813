import { count } from '../../../src/study/report/format.ts'
import { plainTable } from '../../../src/study/report/page/table.ts'
import type { StudyResult } from '../../../src/study/result.ts'
import { Drawn } from '../drawn.tsx'

export function Dropped({ result: { dropped } }: { readonly result: StudyResult }) {
  const total = dropped.reduce((sum, { rows }) => sum + rows, 0)
  return (
    <section id="dropped" aria-labelledby="dropped-title">
      <h2 id="dropped-title">Left out and why</h2>
      {dropped.length === 0 ? (
        <p className="empty text">Nothing was left out.</p>
      ) : (
        <>
          <p className="text">{count(total)} rows were not used.</p>
          <Drawn
            of={plainTable({
              title: 'Rows left out',
              heads: ['from', 'rows', 'why'],
              right: [false, true, false],
              rows: dropped.map(({ from, rows, why }) => [from, count(rows), why]),
            })}
          />
        </>
      )}
    </section>
  )
}
