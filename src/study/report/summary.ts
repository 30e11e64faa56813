/** The outcome of a study as a job summary: what a pull request's reader needs, and where the rest is. */
import type { Gate } from '../gate.ts'
import type { StudyResult } from '../result.ts'
import { checkSentences } from './checks.ts'
import { count, decidingInterval, points, values } from './format.ts'
import { gateSentence } from './gate.ts'
import { paragraph, plain, table } from './markdown.ts'
import { axes, glyphs, methodsOf, states, suitesOf, verdicts } from './words.ts'

/** @param gate null where the run had none */
export function jobSummary(result: StudyResult, gate: Gate | null): string {
  const { model, engine, run } = result
  const blocks = [
    `## Plimsoll: ${plain(result.title)}`,
    ...(gate === null ? [] : [`**${plain(gateSentence(gate))}**`]),
    ...methodsOf(result.conditions).flatMap(condition => {
      const look = verdicts[condition.verdict]
      return [
        `### ${glyphs[look.shape]} ${look.word}: ${plain(condition.name)}`,
        paragraph(`${condition.description}. ${condition.sentence}`),
        table(
          ['axis', 'suite', 'base', 'steered', 'change', '95 %', 'n', 'line', 'state'],
          [false, false, true, true, true, true, true, true, false],
          axes.flatMap(axis =>
            suitesOf(condition.axes[axis]).map(suite => [
              axis,
              suite.suite,
              ...Object.values(values(suite)),
              points(suite.change),
              decidingInterval(suite),
              count(suite.n),
              axis === 'efficacy' ? '' : points(-suite.margin),
              `${glyphs[states[suite.state].shape]} ${states[suite.state].word}`,
            ]),
          ),
        ),
      ]
    }),
    ...checkSentences(result).map(paragraph),
    ...result.labels.map(label => `> ${paragraph(label)}`),
    plain(
      `${model.name} (${model.quantisation}, fingerprint ${model.fingerprint}), llama.cpp ${engine.release} on ${engine.cpu}; run ${run}; ${result.tool}.`,
    ),
  ]
  return `${blocks.join('\n\n')}\n`
}
