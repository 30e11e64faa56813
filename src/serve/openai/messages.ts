/** Messages of a chat as a request has them, and as the engine takes them. */
import { z } from 'zod'
import type { Message } from '../../engine/types.ts'

const Text = z.strictObject({ type: z.literal('text', 'only text can be read here'), text: z.string() })
const content = z.union([z.string(), z.array(Text).max(100)])
const name = z.string().max(64).optional().describe('Taken and ignored.')

export const ChatMessage = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content, name }),
  z.strictObject({ role: z.literal('user'), content, name }),
  z.strictObject({ role: z.literal('assistant'), content, name, refusal: z.null().optional() }),
])

export function messageOf({ role, content }: z.output<typeof ChatMessage>): Message {
  return { role: role === 'developer' ? 'system' : role, content: textOf(content) }
}

function textOf(given: z.output<typeof content>): string {
  return typeof given === 'string' ? given : given.map(({ text }) => text).join('')
}
