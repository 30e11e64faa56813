/** What a line typed into a chat means: a message, or a command that begins with a slash. */
import { PlimsollError } from '../../errors.ts'
import { parseStrength, strengthRange } from '../../steer/strength.ts'
import { suggest } from '../../suggest.ts'

export type Said =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'strength'; readonly strength: number }
  | { readonly kind: 'vector'; readonly file: string | null }
  | { readonly kind: 'baseline' }
  | { readonly kind: 'system'; readonly text: string | null }
  | { readonly kind: 'new' }
  | { readonly kind: 'help' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'nothing' }

/** In the order in which `/help` shows them. */
export const commands = [
  ['/strength N', 'how much of the vector: 0 is none, less than 0 the other way'],
  ['/vector FILE', 'take another vector; /vector off takes none'],
  ['/baseline', 'show the unsteered answer beside the steered one, or no longer'],
  ['/system TEXT', 'set the system prompt and begin anew; /system off has none'],
  ['/new', 'begin anew: the model forgets what was said'],
  ['/help', 'this list'],
  ['/quit', 'end; so does Ctrl-D'],
] as const

/** @throws PlimsollError `invalid-input` for a command that there is not, or that lacks what it needs */
export function parseSaid(line: string): Said {
  const text = line.trim()
  if (text === '') return { kind: 'nothing' }
  // Two slashes say a message that begins with one.
  if (text.startsWith('//')) return { kind: 'message', text: text.slice(1) }
  if (!text.startsWith('/')) return { kind: 'message', text }
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/s.exec(text) ?? []
  const named = rest === 'off' ? null : rest
  switch (name) {
    case 'strength':
      return { kind: 'strength', strength: strengthOf(rest) }
    case 'vector':
      if (named === '') throw missing('a file', '/vector compliance.safetensors')
      return { kind: 'vector', file: named }
    case 'system':
      if (named === '') throw missing('a text', '/system You are a helpful assistant.')
      return { kind: 'system', text: named }
    case 'baseline':
    case 'new':
    case 'help':
    case 'quit':
      return { kind: name }
    case 'exit':
      return { kind: 'quit' }
  }
  const names = commands.map(([usage]) => usage.split(' ')[0] ?? '')
  const near = suggest(`/${name}`, names)
  throw new PlimsollError('invalid-input', 'There is no such command', {
    found: `/${name}`,
    fix: near === undefined ? '/help lists them; // begins a message with a slash.' : `Did you mean ${near}?`,
  })
}

function strengthOf(text: string): number {
  const strength = parseStrength(text)
  if (strength !== null) return strength
  throw new PlimsollError('invalid-input', 'This is no strength', {
    found: text === '' ? 'nothing' : text,
    expected: strengthRange,
    fix: 'Such as /strength 1.5.',
  })
}

function missing(what: string, example: string): PlimsollError {
  return new PlimsollError('invalid-input', `The command needs ${what}`, { fix: `Such as ${example}` })
}
