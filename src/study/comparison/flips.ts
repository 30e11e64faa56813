/** Prompts whose property one side has and the other has not. */
import type { Suite } from '../../measure/suites/index.ts'
import { isDegenerate, outcomeOf } from '../outcome.ts'
import type { Answered } from './answers.ts'
import type { Pair } from './pair.ts'
import type { ComparedAnswer, Flip } from './types.ts'

export function flipsOf(suite: Suite, both: readonly Pair[]): Flip[] {
  if (suite.want === null) return []
  return both.flatMap(({ a, b }): Flip[] => {
    const [had, has] = [outcome(suite, a), outcome(suite, b)]
    if (had === null || has === null || had === has) return []
    const { item } = a
    return [
      {
        suite: suite.name,
        axis: suite.axis,
        id: item.sample,
        template: item.clusters.template ?? null,
        prompt: promptOf(a),
        change: had ? 'lost' : 'gained',
        harmful: suite.harmful,
        a: answerOf(suite, a),
        b: answerOf(suite, b),
      },
    ]
  })
}

function outcome(suite: Suite, { item, record }: Answered): boolean | null {
  return isDegenerate(record) ? null : outcomeOf(suite, item, record)
}

/** The request itself, without its wrapper. */
function promptOf({ item }: Answered): string {
  if (item.kind === 'prose') return item.answerTo ?? item.text
  if (item.kind === 'problem') return item.question
  return item.kind === 'answer' ? (item.wrapped?.prompt ?? item.request) : item.request
}

function answerOf({ harmful }: Suite, { record }: Answered): ComparedAnswer | null {
  if (record.judgement === null) return null
  const { class: said } = record.judgement
  return { class: said, text: harmful && said !== 'refused' ? null : record.answer }
}
