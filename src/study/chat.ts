import type { Prompt } from '../engine/types.ts'

/** A request as the model is asked it. */
export function chat(request: string, system: string | null): Prompt {
  const user = { role: 'user', content: request } as const
  return system === null ? [user] : [{ role: 'system', content: system }, user]
}
