/**
 * Holds the results of studies/paper against what the paper found, as Markdown.
 * npm run findings -- plimsoll-results/paper-overrefusal/report.json [plimsoll-results/paper-faithfulness/report.json …]
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readResult } from '../../src/study/stored-result.ts'
import { findings } from './findings.ts'
import { findingsTable } from './table.ts'

const { positionals } = parseArgs({ allowPositionals: true })
if (positionals.length === 0) {
  console.error('Name the report.json of one study or several: npm run findings -- plimsoll-results/STUDY/report.json')
  process.exitCode = 2
}
for (const file of positionals) {
  const result = readResult(JSON.parse(readFileSync(file, 'utf8')))
  console.log(findingsTable(result, findings))
}
