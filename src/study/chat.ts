import type { Message, Prompt } from '../engine/types.ts'
import type { AnswerItem } from '../measure/suites/index.ts'

/** A request as the model is asked it. */
export function chat(request: string, system: string | null): Message[] {
  const user = { role: 'user', content: request } as const
  return system === null ? [user] : [{ role: 'system', content: system }, user]
}

/** A row of a suite as the model is asked it: what an attack puts beside the request included. */
export function promptOf(item: AnswerItem, system: string | null): Prompt {
  const { request, turns = [], prefill } = item
  const asked = chat(request, item.system ?? system)
  const messages = [...asked.slice(0, -1), ...turns, ...asked.slice(-1)]
  return prefill === undefined ? messages : { messages, prefill }
}
