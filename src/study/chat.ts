import type { Message, Prompt } from '../engine/types.ts'
import type { AnswerItem, ChoiceItem, ProblemItem } from '../measure/suites/index.ts'

/** A request as the model is asked it. */
export function chat(request: string, system: string | null): Message[] {
  const user = { role: 'user', content: request } as const
  return system === null ? [user] : [{ role: 'system', content: system }, user]
}

/** Text that the model goes on with; a system message stands before it, as in lm-evaluation-harness without a chat template. */
export function continued(request: string, system: string | null): Prompt {
  return { raw: system === null ? request : `${system}\n\n${request}` }
}

/** A row of a suite as the model is asked it: what an attack puts beside the request included. */
export function promptOf(item: AnswerItem | ChoiceItem | ProblemItem, system: string | null): Prompt {
  if (item.kind !== 'answer') return item.raw ? continued(item.request, system) : chat(item.request, system)
  const { request, turns = [], prefill } = item
  const asked = chat(request, item.system ?? system)
  const messages = [...asked.slice(0, -1), ...turns, ...asked.slice(-1)]
  return prefill === undefined ? messages : { messages, prefill }
}
