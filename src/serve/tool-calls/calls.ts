/** Calls of tools in what a model wrote. */
import { z } from 'zod'
import type { ToolCall } from './schema.ts'

export interface Read {
  /** What stands before the first call; null where that is nothing. */
  readonly content: string | null
  readonly calls: readonly ToolCall[]
}

const Call = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) })
const blocks = /<tool_call>\s*(.*?)\s*(?:<\/tool_call>|$)/gs

/** @param names of the tools that there are: anything else is no call, and stays as it was written */
export function readCalls(text: string, names: ReadonlySet<string>): Read {
  const calls: ToolCall[] = []
  for (const [, written = ''] of text.matchAll(blocks)) {
    const call = callIn(written)
    if (call === null || !names.has(call.name)) return { content: text, calls: [] }
    calls.push({
      id: `call_${crypto.randomUUID()}`,
      type: 'function',
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    })
  }
  if (calls.length === 0) return { content: text, calls }
  const before = text.slice(0, text.indexOf('<tool_call>')).trim()
  return { content: before === '' ? null : before, calls }
}

function callIn(text: string): z.output<typeof Call> | null {
  try {
    return Call.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
