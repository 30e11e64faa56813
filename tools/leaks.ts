/**
 * Whether a row of the English sets repeats another row of them, or one of a published set.
 * npm run leaks [-- --file FILE[:COLUMN] …]
 * Published sets are those that `PLIMSOLL_DATA` holds; `--file` adds one that has no name here, with the column of its
 * text. Every row meets every row, whatever the kind. Ends with 1 where one does.
 */
import { parseArgs } from 'node:util'
import { type Kind, listDatasets, loadDataset, type RowsOf, repeatsWithin, withoutOverlap } from '../src/data/index.ts'
import { rowText } from '../src/data/rows.ts'

type Row = RowsOf<Kind>

const { values } = parseArgs({ options: { file: { type: 'string', multiple: true, default: [] } } })
const sets = listDatasets()
const own = sets.filter(set => set.name.startsWith('english/'))
const all = (await Promise.all(own.map(({ name, kind }) => loadDataset<Kind>(name, { kind })))).flatMap(set => set.rows)
let leaks = 0

report('the English sets', 'themselves', repeatsWithin(all))
for (const { name, kind, available } of sets.filter(set => set.source !== 'packaged')) {
  if (!available) console.log(`${name}: NOT RUN, not in PLIMSOLL_DATA`)
  else compare(name, (await loadDataset(name, { kind })).rows)
}
for (const argument of values.file) {
  const [, file = argument, column = 'prompt'] = /^(.+\.\w+):(\w+)$/.exec(argument) ?? []
  compare(argument, (await loadDataset({ file, columns: { prompt: column } }, { kind: 'prompts' })).rows)
}
console.log(`${all.length} rows in ${own.length} English sets, ${leaks} leaks`)
process.exitCode = leaks === 0 ? 0 : 1

function compare(name: string, published: readonly Row[]): void {
  report(name, 'the English sets', withoutOverlap(all, published).dropped)
}

function report(
  name: string,
  against: string,
  met: readonly { row: Row; met: Row; similarity: number; exact: boolean }[],
): void {
  leaks += met.length
  console.log(`${name} and ${against}: ${met.length === 0 ? 'no leak' : `${met.length} leaks`}`)
  for (const { row, met: other, similarity, exact } of met)
    console.log(`  ${row.id} ${exact ? 'equals' : similarity.toFixed(2)}: ${rowText(row)} | ${rowText(other)}`)
}
