/** The findings of a study as a table in Markdown. */
import type { StudyResult } from '../../src/study/result.ts'
import type { Finding } from './finding.ts'

export function findingsTable(result: StudyResult, findings: readonly Finding[]): string {
  const rows = findings.map(({ said, hold }) => {
    const { agreement, found } = hold(result)
    return `| ${said} | **${agreement}** | ${found.replaceAll('|', '\\|')} |`
  })
  return [
    `### ${result.title}, ${result.model.name}`,
    '',
    '| what the paper found | here | figures: change in points, 95 % interval |',
    '|---|---|---|',
    ...rows,
    '',
    `Run \`${result.run}\`, ${result.answers.toLocaleString('en')} answers and scores, ${result.tool}, ${result.engine.cpu}. When a finding counts as what was fixed before the run:`,
    '',
    ...findings.map(({ said, rule }) => `- ${said} ${rule}`),
    '',
  ].join('\n')
}
