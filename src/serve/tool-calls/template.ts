/** Whether a model's chat template declares tools in a form whose calls can be read back. */
import { readHeader } from '../../engine/header.ts'

/** The mark in which Hermes, Qwen and their relatives write a call, as JSON with `name` and `arguments`. */
const mark = '<tool_call>'

/** `marked`: calls stand in `<tool_call>` marks; null where the template knows no tools, or another form. */
export type ToolFormat = 'marked' | null

/** @throws PlimsollError as `readHeader` */
export async function toolFormatOf(file: string): Promise<ToolFormat> {
  const template = (await readHeader(file)).metadata.get('tokenizer.chat_template')
  const text = typeof template === 'string' ? template : ''
  return /\btools\b/.test(text) && text.includes(mark) ? 'marked' : null
}
