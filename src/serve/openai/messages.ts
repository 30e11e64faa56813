/** Messages of a chat as a request has them, and as the engine takes them. */
import { z } from 'zod'
import type { Message, ToolMessage } from '../../engine/types.ts'
import { ApiError } from '../http/api-error.ts'
import { ToolCall } from '../tool-calls/schema.ts'

const Text = z.strictObject({ type: z.literal('text', 'only text can be read here'), text: z.string() })
const content = z.union([z.string(), z.array(Text).max(100)])
const name = z.string().max(64).optional().describe('Taken and ignored.')

export const ChatMessage = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content, name }),
  z.strictObject({ role: z.literal('user'), content, name }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    name,
    refusal: z.null().optional(),
    tool_calls: z.array(ToolCall).min(1).max(64).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content, tool_call_id: z.string().max(200) }),
])

/** @throws ApiError 400 for a call whose arguments are no JSON object */
export function messageOf(message: z.output<typeof ChatMessage>): Message | ToolMessage {
  const { role } = message
  if (role === 'tool') return { role, content: textOf(message.content) }
  if (role !== 'assistant') return { role: role === 'developer' ? 'system' : role, content: textOf(message.content) }
  const content = textOf(message.content ?? '')
  if (message.tool_calls === undefined) return { role, content }
  const toolCalls = message.tool_calls.map(call => ({
    name: call.function.name,
    arguments: argumentsOf(call.function.arguments),
  }))
  return { role, content, toolCalls }
}

function argumentsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch (cause) {
    throw new ApiError(400, 'The arguments of a call are no JSON object', {
      param: 'messages',
      code: 'invalid_value',
      cause,
    })
  }
}

function textOf(given: z.output<typeof content>): string {
  return typeof given === 'string' ? given : given.map(({ text }) => text).join('')
}
