/** Tools of one request: what the model is told, what it has to write, how its calls are read. */

import type { z } from 'zod'
import type { Prompt } from '../../engine/types.ts'
import { ApiError } from '../http/api-error.ts'
import { callsGrammar } from '../json-schema/grammar.ts'
import type { Tool, ToolChoice } from './schema.ts'
import type { ToolFormat } from './template.ts'

export interface ToolUse {
  readonly tools: readonly Tool[]
  readonly names: ReadonlySet<string>
  /** Where a call is demanded. */
  readonly grammar: string | null
}

interface Given {
  readonly tools?: readonly Tool[] | null | undefined
  readonly tool_choice?: z.output<typeof ToolChoice> | null | undefined
}

/** null where there are no tools, or none is to be called. @throws ApiError 400 */
export function toolUse({ tools, tool_choice: choice }: Given, format: ToolFormat): ToolUse | null {
  if (!tools || tools.length === 0 || choice === 'none') return null
  if (format === null) {
    throw new ApiError(400, 'The chat template of this model declares no tools in a form that is known here', {
      param: 'tools',
      code: 'tools_unsupported',
      fix: 'Serve a model whose template writes calls in <tool_call> marks, such as those of Qwen or Hermes.',
    })
  }
  const names = new Set(tools.map(tool => tool.function.name))
  const wanted = typeof choice === 'object' && choice !== null ? choice.function.name : null
  if (wanted !== null && !names.has(wanted)) {
    throw new ApiError(400, `tool_choice: there is no tool ${wanted}`, { param: 'tool_choice', code: 'invalid_value' })
  }
  const possible = tools.filter(tool => wanted === null || tool.function.name === wanted)
  const demanded = choice === 'required' || wanted !== null
  return {
    tools,
    names,
    grammar: demanded
      ? callsGrammar(
          possible.map(({ function: { name, parameters } }) => ({
            name,
            parameters: parameters ?? { type: 'object' },
          })),
        )
      : null,
  }
}

/** Messages with what the tools are, where there are any. */
export function promptWith(messages: Extract<Prompt, { tools: unknown }>['messages'], use: ToolUse | null): Prompt {
  return { messages, tools: use?.tools ?? [] }
}
