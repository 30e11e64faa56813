/** What callers give, checked before it is sent to the engine. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { PlimsollError } from '../errors.ts'
import type { Adapter, Prompt } from './types.ts'

/** @throws PlimsollError `invalid-input` */
export function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value
  throw new PlimsollError('invalid-input', `${name} has to be a whole number above 0`, {
    found: String(value),
    fix: `Leave ${name} out to use the default.`,
  })
}

/** @throws PlimsollError `invalid-input` */
export function listOf<T>(name: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value
  throw new PlimsollError('invalid-input', `${name} has to be a list`, {
    found: typeof value,
    expected: 'an array, also for a single one',
    fix: `Put it in brackets: [${name === 'prompts' ? 'prompt' : '…'}].`,
  })
}

/**
 * One of the words that an option takes; plain JavaScript has no types that would see another.
 * @throws PlimsollError `invalid-input`
 */
export function oneOf<Word extends string>(name: string, value: Word, words: readonly Word[]): Word {
  if (words.includes(value)) return value
  throw new PlimsollError('invalid-input', `${name} has another value than it can have`, {
    found: JSON.stringify(value) ?? 'undefined',
    expected: words.join(', '),
    fix: `Leave ${name} out to use the default, or write one of these.`,
  })
}

/** @throws PlimsollError `invalid-input` */
export function checkedText(name: string, text: string, where?: string): string {
  if (typeof text === 'string') return text
  throw new PlimsollError('invalid-input', `${name} has to be a text`, {
    found: typeof text,
    expected: 'a string; an empty one for none',
    ...(where !== undefined && { where }),
    fix: `Give ${name} as a string.`,
  })
}

const roles: readonly unknown[] = ['system', 'user', 'assistant']

/** @throws PlimsollError `invalid-input` */
export function checkedPrompt(prompt: Prompt, request: number): Prompt {
  const wrong = faultOf(prompt)
  if (wrong === null) return prompt
  throw new PlimsollError('invalid-input', `The prompt of request ${request} is none`, {
    found: wrong,
    expected:
      'a text, a list of { role, content } with the roles system, user and assistant, { messages, prefill: text }, or { raw: text }',
    where: `request ${request}`,
    fix: 'Give the prompt in one of these forms.',
  })
}

function faultOf(prompt: unknown): string | null {
  if (typeof prompt === 'string') return null
  if (Array.isArray(prompt)) return prompt.map(messageFault).find(fault => fault !== null) ?? null
  if (typeof prompt !== 'object' || prompt === null) return prompt === null ? 'null' : typeof prompt
  if ('messages' in prompt) {
    if (!Array.isArray(prompt.messages)) return `messages: ${typeof prompt.messages}`
    if ('tools' in prompt) {
      if (!Array.isArray(prompt.tools)) return `tools: ${typeof prompt.tools}`
      return prompt.messages.map(toolMessageFault).find(fault => fault !== null) ?? null
    }
    if (!('prefill' in prompt) || typeof prompt.prefill !== 'string') return 'messages without the text of a prefill'
    return prompt.messages.map(messageFault).find(fault => fault !== null) ?? null
  }
  if (!('raw' in prompt)) return `an object with ${Object.keys(prompt).join(', ') || 'nothing in it'}`
  return typeof prompt.raw === 'string' ? null : `raw: ${typeof prompt.raw}`
}

/** Of a message where there are tools. */
function toolMessageFault(message: unknown): string | null {
  const isTool = typeof message === 'object' && message !== null && 'role' in message && message.role === 'tool'
  return messageFault(isTool ? { ...message, role: 'user' } : message)
}

function messageFault(message: unknown): string | null {
  if (typeof message !== 'object' || message === null) return 'a message that is no object'
  const role = 'role' in message ? message.role : undefined
  if (!roles.includes(role)) return `a message with the role ${JSON.stringify(role) ?? 'undefined'}`
  const content = 'content' in message ? message.content : undefined
  return typeof content === 'string' ? null : `a message whose content is ${typeof content}`
}

/** @throws PlimsollError `invalid-input`: llama.cpp ends its process over a token that it does not have */
export function checkedTokens(tokens: readonly number[], vocabulary: number): readonly number[] {
  const unknown = listOf('tokens', tokens).find(token => !(Number.isInteger(token) && token >= 0 && token < vocabulary))
  if (unknown === undefined) return tokens
  throw new PlimsollError('invalid-input', 'The model has no such token', {
    found: `token ${unknown}`,
    expected: `tokens 0 to ${vocabulary - 1}`,
    fix: 'Get token numbers from tokenize().',
  })
}

/** Adapters with absolute paths. @throws PlimsollError `not-found`, `invalid-input` */
export function checkedAdapters(adapters: readonly Adapter[] = []): Adapter[] {
  return listOf('adapters', adapters).map(({ file, scale = 1 }) => {
    if (!Number.isFinite(scale)) {
      throw new PlimsollError('invalid-input', 'The scale of an adapter is not a number', {
        found: String(scale),
        where: file,
        fix: 'Give a scale such as 1, or leave it out.',
      })
    }
    const path = resolve(file)
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return { file: path, scale }
    throw new PlimsollError('not-found', 'There is no such adapter file', {
      where: path,
      fix: 'Check the path; an adapter is a GGUF file.',
    })
  })
}
