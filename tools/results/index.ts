/**
 * The figures of a result page in docs/results, as Markdown.
 * npm run results -- plimsoll-results/paper-overrefusal-small/report.json
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readResult } from '../../src/study/stored-result.ts'
import { resultFigures } from './figures.ts'

const { positionals } = parseArgs({ allowPositionals: true })
if (positionals.length === 0) {
  console.error('Name the report.json of one study or several: npm run results -- plimsoll-results/STUDY/report.json')
  process.exitCode = 2
}
for (const file of positionals) console.log(resultFigures(readResult(JSON.parse(readFileSync(file, 'utf8')))))
