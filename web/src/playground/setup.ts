/** What is asked and how it is steered, as the address of the playground has it. */
import { strongest } from '../../../src/steer/strength.ts'

/** One row of the stack. */
export interface Entry {
  readonly name: string
  readonly strength: number
  readonly on: boolean
}

export interface Question {
  readonly prompt: string
  /** Empty: none. */
  readonly system: string
  /** At most so many tokens of an answer. */
  readonly tokens: number
  /** Answers are veiled until somebody asks for them. */
  readonly harmful: boolean
}

export interface Setup extends Question {
  /** In the order they act. */
  readonly stack: readonly Entry[]
  /** Whether the tokens of the answers are shaded by their probability. */
  readonly shaded: boolean
}

export const usualTokens = 200
/** Beyond it a server may refuse to read the address when the page is loaded anew. */
const longest = 8000

export function setupOf({ searchParams: query }: URL): Setup {
  const tokens = Number(query.get('tokens'))
  return {
    prompt: query.get('prompt') ?? '',
    system: query.get('system') ?? '',
    tokens: Number.isInteger(tokens) && tokens > 0 ? tokens : usualTokens,
    stack: distinct((query.get('vectors') ?? '').split(',').flatMap(entryOf)),
    harmful: query.get('harmful') === '1',
    shaded: query.get('shaded') === '1',
  }
}

export function setupPath(setup: Setup): string {
  const { prompt, system, tokens, stack, harmful, shaded } = setup
  const query = new URLSearchParams()
  if (prompt !== '') query.set('prompt', prompt)
  if (system !== '') query.set('system', system)
  if (tokens !== usualTokens) query.set('tokens', String(tokens))
  if (stack.length > 0) query.set('vectors', stack.map(entryText).join(','))
  if (harmful) query.set('harmful', '1')
  if (shaded) query.set('shaded', '1')
  const text = query.toString()
  return text === '' ? '/playground' : `/playground?${text}`
}

/** Without prompt and system message where these are too long for an address. */
export function keptPath(setup: Setup): { readonly path: string; readonly whole: boolean } {
  const path = setupPath(setup)
  const whole = path.length <= longest
  return { path: whole ? path : setupPath({ ...setup, prompt: '', system: '' }), whole }
}

/** `compliance@2`, or `compliance@2@off`. */
function entryText({ name, strength, on }: Entry): string {
  return `${name}@${strength}${on ? '' : '@off'}`
}

function entryOf(text: string): Entry[] {
  const [name = '', written = '', off] = text.split('@')
  const strength = written === '' ? 1 : Number(written)
  if (name === '' || !Number.isFinite(strength) || Math.abs(strength) > strongest) return []
  return [{ name, strength, on: off !== 'off' }]
}

/** A vector stands in the stack once. */
function distinct(stack: readonly Entry[]): Entry[] {
  return stack.filter(({ name }, i) => stack.findIndex(one => one.name === name) === i)
}
