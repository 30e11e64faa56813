/** Attacks of a user's own: a module whose default export says what is asked in place of a request. */
import { PlimsollError } from '../errors.ts'
import { defaultExportOf } from '../own-module.ts'
import type { ApplyAttack, Asked, Attack, AttackParameters, Told } from './types.ts'

export interface OwnAttack {
  readonly name: string
  /** What it does, for the report. */
  readonly does?: string | undefined
  readonly defaults?: AttackParameters | undefined
  /**
   * What is asked in place of a request: the user's turn as text, or `{ user, system?, turns?, prefill? }`; null where the
   * request cannot be put this way. It has to give the same for the same: `told.random` is drawn from the study's seed.
   */
  readonly apply: (request: string, told: Told) => string | Asked | null
}

/** Checks the form of an attack while it is written. */
export function defineAttack(attack: OwnAttack): OwnAttack {
  return attack
}

/**
 * Loads a module of this machine. Whoever names it runs it.
 * @throws PlimsollError `not-found`, `invalid-input` for a module that exports no attack
 */
export async function loadAttack(file: string): Promise<Attack> {
  const own = await defaultExportOf(file, 'attack')
  if (isOwnAttack(own)) return attackOf(own, file)
  throw new PlimsollError('invalid-input', 'The module exports no attack', {
    found: own === undefined ? 'no default export' : 'a default export of another form',
    expected: 'export default defineAttack({ name, apply: (request, told) => text })',
    where: file,
    fix: 'See docs/attacks.md, "An attack of one’s own".',
  })
}

function isOwnAttack(value: unknown): value is OwnAttack {
  if (typeof value !== 'object' || value === null) return false
  const of = (key: string) => Object.entries(value).find(([name]) => name === key)?.[1]
  const [name, defaults] = [of('name'), of('defaults')]
  return (
    typeof name === 'string' &&
    name.trim() !== '' &&
    typeof of('apply') === 'function' &&
    (defaults === undefined || (typeof defaults === 'object' && defaults !== null))
  )
}

function attackOf({ name, does = '', defaults = {}, apply }: OwnAttack, file: string): Attack {
  return {
    name,
    group: 'instruction',
    does,
    citation: file,
    differsFromOriginal: '',
    defaults,
    seeded: true,
    apply: checked(name, file, apply),
  }
}

/** What somebody else's code gives is looked at before a model is asked it. */
function checked(name: string, file: string, apply: OwnAttack['apply']): ApplyAttack {
  return (request, told) => {
    const fault = (found: string, cause?: unknown) =>
      new PlimsollError('invalid-input', `The attack ${name} gave no request for ${told.id}`, {
        found,
        expected: 'a text, { user, system?, turns?, prefill? }, or null',
        where: file,
        fix: 'Correct the attack, or return null for what it cannot be applied to.',
        cause,
      })
    let given: unknown
    try {
      given = apply(request, told)
    } catch (cause) {
      throw fault(cause instanceof Error ? cause.message : String(cause), cause)
    }
    if (given === null) return null
    const asked = typeof given === 'string' ? { user: given } : given
    if (isAsked(asked)) return asked
    throw fault(
      given instanceof Promise ? 'a promise: it has to answer at once' : (JSON.stringify(given) ?? typeof given),
    )
  }
}

function isAsked(value: unknown): value is Asked {
  if (typeof value !== 'object' || value === null) return false
  const known = new Map<string, (part: unknown) => boolean>([
    ['user', part => typeof part === 'string' && part.trim() !== ''],
    ['system', part => part === undefined || typeof part === 'string'],
    ['prefill', part => part === undefined || typeof part === 'string'],
    ['turns', part => part === undefined || (Array.isArray(part) && part.every(isTurn))],
  ])
  return 'user' in value && Object.entries(value).every(([key, part]) => known.get(key)?.(part) === true)
}

function isTurn(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('role' in value) || !('content' in value)) return false
  return (value.role === 'user' || value.role === 'assistant') && typeof value.content === 'string'
}
