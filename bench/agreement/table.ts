import { machineLine } from '../machine.ts'
import { threadsText } from '../threads.ts'
import type { Agreement, SuiteAgreement } from './index.ts'

export function agreementTable(found: Agreement): string {
  const { machine, model, versions, engine, seconds, suites } = found
  const all = suites.reduce((sum, { rows }) => sum + rows, 0)
  const perMinute = (took: number) => ((60 * all) / Math.max(1, took)).toFixed(1)
  const told = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    machineLine(machine),
    `${model}, ${threadsText(found)}; ${engine}; ${told.join(', ')}.`,
    `Seconds for all rows, the model’s opening included: the harness ${seconds.harness}, Plimsoll ${seconds.plimsoll}; rows per minute ${perMinute(seconds.harness)} and ${perMinute(seconds.plimsoll)}, ${(seconds.harness / Math.max(1, seconds.plimsoll)).toFixed(1)} times as many.`,
    '',
    '| rows of | | same prompt | same tokens | harness right | Plimsoll on | right | same outcome | same answer | log-likelihood differs by (median, most) |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...suites.flatMap(lines),
    ...suites.flatMap(differences),
  ].join('\n')
}

function lines({ suite, rows, samePrompt, sameTokens, harness, files }: SuiteAgreement): string[] {
  return files.map(({ file, right, sameOutcome, sameAnswer, logLikelihood }) => {
    const apart =
      logLikelihood === null
        ? '–'
        : `${logLikelihood.median.toExponential(1)}, ${logLikelihood.largest.toExponential(1)}`
    return `| ${suite} | ${rows} | ${samePrompt} | ${sameTokens} | ${percent(harness)} | ${file} | ${percent(right)} | ${sameOutcome} | ${sameAnswer} | ${apart} |`
  })
}

function differences({ suite, rows, files, sameJudgement }: SuiteAgreement): string[] {
  const judged =
    sameJudgement === undefined
      ? []
      : [
          '',
          `${suite}: on the harness's own texts both find and compare the number alike in ${sameJudgement} of ${rows} rows.`,
        ]
  return [
    ...judged,
    ...files.flatMap(({ file, differences: found }) =>
      found.length === 0
        ? []
        : [
            '',
            `### ${suite}, ${file}`,
            '',
            '| row | harness | Plimsoll | outcome | why |',
            '|---|---|---|---|---|',
            ...found.map(
              ({ id, harness, plimsoll, outcome, why }) =>
                `| ${[id, harness, plimsoll, outcome, why].map(cell).join(' | ')} |`,
            ),
          ],
    ),
  ]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 200)
}
