/** Chat templates: from messages to the text a model was trained to see. */
import { Template } from '@huggingface/jinja'
import { PlimsollError } from '../errors.ts'
import { templateDate } from './clock.ts'
import type { Message, Prompt, ToolMessage, WithTools } from './types.ts'

export interface RenderedText {
  readonly text: string
  /** Character at which the template's tokens after the last instruction begin; the text's length where there are none. */
  readonly suffixStart: number
  /** Where they end, if an answer that was begun follows them. */
  readonly suffixEnd?: number
  /** Where the contents of messages are, as half-open ranges of characters, ascending. */
  readonly contents: readonly Content[]
}

export interface Content {
  readonly role: Message['role']
  readonly start: number
  readonly end: number
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
  const render: RenderPrompt = prompt => {
    if (typeof prompt === 'object' && 'raw' in prompt)
      return { text: prompt.raw, suffixStart: prompt.raw.length, contents: [] }
    if (typeof prompt === 'object' && 'prefill' in prompt) return begun(render(prompt.messages), prompt.prefill)
    const { messages, tools } = withTools(prompt)
    if (format === null) {
      throw new PlimsollError('template-failed', 'The model has no chat template', {
        found: 'a prompt made of messages',
        expected: 'a model file with tokenizer.chat_template, or a raw prompt',
        fix: 'Use an instruct model, or pass { raw: text }.',
      })
    }
    try {
      compiled ??= new Template(withoutClock(format.template))
      const template = compiled
      if (tools.length > 0 && !/\btools\b/.test(format.template)) throw new Error('the template knows no tools')
      const filledIn = (filled: readonly (Message | ToolMessage)[]) =>
        template.render({
          messages: filled.map(inTemplate),
          ...(tools.length > 0 && { tools: [...tools] }),
          add_generation_prompt: true,
          bos_token: format.bos,
          eos_token: format.eos,
          [toldDate]: templateDate,
        })
      const text = filledIn(messages)
      return { text, ...contentsOf(text, messages, filledIn) }
    } catch (cause) {
      if (cause instanceof PlimsollError) throw cause
      throw new PlimsollError('template-failed', "The model's chat template could not render these messages", {
        found: cause instanceof Error ? cause.message : String(cause),
        expected: 'messages that the template of the model takes',
        fix: 'Check the order of roles; some templates allow no system message. Or pass { raw: text }.',
        cause,
      })
    }
  }
  return render
}

function withTools(prompt: string | readonly Message[] | WithTools): WithTools {
  if (typeof prompt === 'string') return { messages: [{ role: 'user', content: prompt }], tools: [] }
  return 'tools' in prompt ? prompt : { messages: prompt, tools: [] }
}

/** As templates know messages: OpenAI's form, the arguments of a call as an object. */
function inTemplate(message: Message | ToolMessage): object {
  if (!('toolCalls' in message)) return { ...message }
  const { role, content, toolCalls } = message
  return { role, content, tool_calls: toolCalls.map(call => ({ type: 'function', function: { ...call } })) }
}

/** The words an answer begins with stand behind all that the template writes. */
function begun({ text, suffixStart, contents }: RenderedText, prefill: string): RenderedText {
  const answer = { role: 'assistant', start: text.length, end: text.length + prefill.length } as const
  return {
    text: text + prefill,
    suffixStart,
    suffixEnd: text.length,
    contents: prefill === '' ? contents : [...contents, answer],
  }
}

const toldDate = 'plimsoll_date'

/** The library's own `strftime_now` reads the machine's clock and language, and cannot be replaced by name. */
function withoutClock(template: string): string {
  return template.replaceAll(/\bstrftime_now\b/g, toldDate)
}

/** Stands in for a content, so that its place is found even where the template has the same words. */
const mark = '\u{1F6A2}\u{1F4CF}'

/**
 * Where each content stands, and where what the template writes after the last one begins. A content that the template
 * leaves out, or writes in a way that depends on its words, is in no part.
 */
function contentsOf(
  text: string,
  messages: readonly (Message | ToolMessage)[],
  render: (messages: readonly (Message | ToolMessage)[]) => string,
): Pick<RenderedText, 'suffixStart' | 'contents'> {
  let suffixStart = text.length
  const contents = messages.flatMap((message, i): Content[] => {
    const around = aroundMark(messages, i, render)
    if (around === null) return []
    const [before, after] = around
    if (i === messages.length - 1 && text.endsWith(after)) suffixStart = text.length - after.length
    // What a tool said is no part that a clause can name.
    if (message.role === 'tool') return []
    const fits = text.startsWith(before) && text.endsWith(after) && before.length + after.length <= text.length
    return fits ? [{ role: message.role, start: before.length, end: text.length - after.length }] : []
  })
  return { suffixStart, contents: contents.filter(({ start, end }) => start < end) }
}

/** What the template writes before and after the content of message `i`; null where it does not write it once. */
function aroundMark(
  messages: readonly (Message | ToolMessage)[],
  i: number,
  render: (messages: readonly (Message | ToolMessage)[]) => string,
): readonly [before: string, after: string] | null {
  let marked: string
  try {
    marked = render(messages.map((message, at) => (at === i ? { ...message, content: mark } : message)))
  } catch {
    return null
  }
  const at = marked.lastIndexOf(mark)
  return at < 0 ? null : [marked.slice(0, at), marked.slice(at + mark.length)]
}
