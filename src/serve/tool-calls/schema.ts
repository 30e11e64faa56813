/** Tools as a request states them. */
import { z } from 'zod'

export const ToolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, at most 64 of them')

export const Tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: ToolName,
    description: z.string().max(4000).optional(),
    parameters: z.record(z.string(), z.unknown()).optional().describe('A JSON Schema.'),
    strict: z.boolean().nullish().describe('Taken and ignored.'),
  }),
})
export type Tool = z.output<typeof Tool>

export const ToolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: ToolName }) }),
])

export const ToolCall = z.object({
  id: z.string().max(200),
  type: z.literal('function'),
  function: z.object({ name: ToolName, arguments: z.string() }),
})
export type ToolCall = z.output<typeof ToolCall>
