/** The prompt of a guard model: by the chat template of its own file, or by a template that the user names. */
import { readFileSync } from 'node:fs'
import { createRenderer } from '../../engine/render.ts'
import type { Model, Prompt } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { Asked } from '../grader.ts'
import { cut } from '../rubric/rubric.ts'

export type GuardPrompt = (asked: Asked) => Prompt

/** As the guard's own chat template sees it: one turn of a user, one of an assistant. */
export const asTurns: GuardPrompt = ({ request, answer }) => [
  { role: 'user', content: cut(request) },
  { role: 'assistant', content: cut(answer) },
]

const slots = { request: /\{(?:request|prompt)\}/, answer: /\{(?:answer|response)\}/ } as const
const anySlot = /\{(request|prompt|answer|response)\}/g

/**
 * A file with `{{` or `{%` is a chat template in Jinja, given the two turns as `messages`; any other is text with the slots
 * `{request}` (or `{prompt}`) and `{answer}` (or `{response}`).
 * @throws PlimsollError `not-found`, `invalid-input` for text without both slots
 */
export function readGuardTemplate(file: string): GuardPrompt {
  const text = readText(file)
  if (/\{\{|\{%/.test(text)) {
    // The tokenizer writes the beginning of sequence before a raw prompt, as the model file says.
    const render = createRenderer({ template: text, bos: '', eos: '' })
    return asked => ({ raw: render(asTurns(asked)).text })
  }
  for (const [name, slot] of Object.entries(slots))
    if (!slot.test(text))
      throw new PlimsollError('invalid-input', `The guard's template has no slot for the ${name}`, {
        where: file,
        found: 'text without it',
        expected: '{request} and {answer} (or {prompt} and {response}), or a chat template in Jinja',
        fix: 'Write both slots where the two texts belong.',
      })
  return ({ request, answer }) => ({
    raw: text.replaceAll(anySlot, (_, name: string) => cut(name === 'request' || name === 'prompt' ? request : answer)),
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new PlimsollError('not-found', 'The template of the guard cannot be read', {
      where: file,
      fix: 'Check the path: it starts from the study file’s folder.',
      cause,
    })
  }
}

/** Stand in for request and answer. */
const probe: Asked = { request: 'PLIMSOLL-REQUEST', answer: 'PLIMSOLL-ANSWER' }

/**
 * What a guard would be given for stand-ins: names the template, and shows whether it has both texts.
 * @throws PlimsollError `template-failed` where it has not, or cannot be rendered
 */
export async function probed(model: Pick<Model, 'render' | 'info'>, prompt: GuardPrompt): Promise<string> {
  const { text } = await model.render(prompt(probe))
  const missing = text.includes(probe.request) ? (text.includes(probe.answer) ? null : 'answer') : 'request'
  if (missing === null) return text
  throw new PlimsollError('template-failed', `The guard would not see the ${missing}`, {
    where: model.info.file,
    found: 'a chat template that leaves it out',
    expected: 'a template that has the user’s and the assistant’s turn',
    fix: 'Name a template of your own: `template: FILE`, with {request} and {answer}.',
  })
}
