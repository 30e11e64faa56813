/** Whether a model can be asked what a study asks, before hours of work and not after them. */
import type { Model } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import type { AnswerItem, Suite } from '../measure/suites/index.ts'
import { promptOf } from './chat.ts'
import type { Plan } from './plan.ts'

/**
 * Renders the longest request of every wrapper of every suite: a chat template may refuse system messages, and a wrapper
 * may fill the context.
 * @throws PlimsollError `template-failed`, `prompt-too-long`, naming suite and row
 */
export async function checkAskable(model: Model, { suites, study }: Pick<Plan, 'suites' | 'study'>): Promise<void> {
  const { maxTokens } = study.generation
  for (const suite of suites)
    for (const item of longestOf(suite)) {
      const where = `${suite.name}: ${item.sample}`
      const { tokens } = await model.render(promptOf(item, study.system)).catch((cause: unknown) => {
        if (!(cause instanceof PlimsollError)) throw cause
        const { code, message, found, expected } = cause
        const fix =
          item.system === undefined
            ? cause.fix
            : 'Leave this attack out: the model’s chat template takes no system message.'
        throw new PlimsollError(code, message, { found, expected, fix, where, cause })
      })
      const room = model.info.contextLength - maxTokens
      if (tokens.length > room)
        throw new PlimsollError('prompt-too-long', 'A row of the study does not fit into the model’s context', {
          where,
          found: `${tokens.length} tokens, and ${maxTokens} to come`,
          expected: `at most ${model.info.contextLength} together`,
          fix: 'Leave its attack or template out, tell the attack less (such as fewer shots), or lower generation.maxTokens.',
        })
    }
}

/** By characters, of each wrapper; of a suite without wrappers the longest of all. */
function longestOf({ items }: Suite): AnswerItem[] {
  const asked = items.filter(item => item.kind === 'answer')
  return [...Map.groupBy(asked, ({ clusters }) => clusters.template).values()].flatMap(own => {
    const [first] = own.toSorted((a, b) => lengthOf(b) - lengthOf(a))
    return first ?? []
  })
}

function lengthOf({ request, system = '', turns = [], prefill = '' }: AnswerItem): number {
  return [request, system, prefill, ...turns.map(({ content }) => content)].join('').length
}
