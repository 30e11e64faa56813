/** Chat templates: from messages to the text a model was trained to see. */
import { Template } from '@huggingface/jinja'
import { PlimsollError } from '../errors.ts'
import type { Message, Prompt } from './types.ts'

export interface RenderedText {
  readonly text: string
  /** Character at which the template's tokens after the last instruction begin; the text's length where there are none. */
  readonly suffixStart: number
}

export interface ChatFormat {
  /** Jinja source, as the model file carries it. */
  readonly template: string
  readonly bos: string
  readonly eos: string
}

export type RenderPrompt = (prompt: Prompt) => RenderedText

/**
 * A renderer for one model. Raw prompts pass through; without a template only they can be rendered.
 * @throws PlimsollError `template-failed`
 */
export function createRenderer(format: ChatFormat | null): RenderPrompt {
  let compiled: Template | null = null
  return prompt => {
    if (typeof prompt === 'object' && 'raw' in prompt) return { text: prompt.raw, suffixStart: prompt.raw.length }
    const messages: readonly Message[] = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
    if (format === null) {
      throw new PlimsollError('template-failed', 'The model has no chat template', {
        found: 'a prompt made of messages',
        expected: 'a model file with tokenizer.chat_template, or a raw prompt',
        fix: 'Use an instruct model, or pass { raw: text }.',
      })
    }
    try {
      compiled ??= new Template(format.template)
      const text = compiled.render({
        messages: messages.map(message => ({ ...message })),
        add_generation_prompt: true,
        bos_token: format.bos,
        eos_token: format.eos,
      })
      return { text, suffixStart: suffixStart(text, messages) }
    } catch (cause) {
      if (cause instanceof PlimsollError) throw cause
      throw new PlimsollError('template-failed', "The model's chat template could not render these messages", {
        found: cause instanceof Error ? cause.message : String(cause),
        fix: 'Check the order of roles; some templates allow no system message. Or pass { raw: text }.',
        cause,
      })
    }
  }
}

/** Templates trim or keep the content: look for it both ways, from the end. */
function suffixStart(text: string, messages: readonly Message[]): number {
  const last = messages.at(-1)
  if (last === undefined) return text.length
  for (const content of [last.content, last.content.trim()]) {
    const at = content === '' ? -1 : text.lastIndexOf(content)
    if (at >= 0) return at + content.length
  }
  return text.length
}
