/** One way of asking every request of a set: a template, an attack, a set of rewritings, or several behind each other. */
import { sha256 } from '../data/hash.ts'
import {
  besideOf,
  fill,
  normaliseText,
  type PromptRow,
  type RewriteRow,
  slot,
  type TemplateRow,
} from '../data/index.ts'
import { PlimsollError } from '../errors.ts'
import { createRandom } from '../random.ts'
import { parametersFor } from './parameters.ts'
import type { Asked, Attack, AttackParameters } from './types.ts'

export interface Wrapper {
  /** A cluster of the grid: names it among the wrappers of its suite. */
  readonly id: string
  /** Null where the request cannot be asked this way. */
  wrap(row: WrappedRow): Wrapped | null
}

/** A request; within a chain as the step before left it. */
export interface WrappedRow extends PromptRow {
  /** As its set has it, where that is not `prompt`. */
  readonly original?: string | undefined
}

export interface Wrapped extends Asked {
  /** What stands before and after the request in the user's turn; both empty where it does not stand there word for word. */
  readonly before: string
  readonly after: string
}

/** A text with a slot for the request. */
export function templateWrapper({ id, template, ...beside }: TemplateRow): Wrapper {
  const [before = '', after = ''] = template.split(slot)
  return { id, wrap: ({ prompt }) => ({ ...besideOf(beside), user: fill(template, prompt), before, after }) }
}

/**
 * @throws PlimsollError `invalid-input` for parameters that the attack does not take; while wrapping, for one that gives
 * another text each time
 */
export function attackWrapper(attack: Attack, told: AttackParameters, seed: number): Wrapper {
  const parameters = parametersFor(attack, told)
  const id = `${attack.name}${namedBy(told)}`
  const apply = ({ id: row, prompt, target }: PromptRow) =>
    attack.apply(prompt, { id: row, target, parameters, random: createRandom(seed, `${id} ${row}`), seed })
  return {
    id,
    wrap(row) {
      const asked = apply(row)
      if (JSON.stringify(asked) !== JSON.stringify(apply(row)))
        throw new PlimsollError('invalid-input', `The attack ${attack.name} gives another text each time`, {
          where: attack.citation,
          expected: 'the same for the same request and seed',
          fix: 'Draw from told.random in place of Math.random, and keep no state.',
        })
      return asked === null ? null : placed(asked, row.prompt)
    },
  }
}

/** Told parameters are part of the name, so that one attack can stand in a list twice. */
function namedBy(told: AttackParameters): string {
  const entries = Object.entries(told)
  return entries.length === 0 ? '' : `(${entries.map(([key, value]) => `${key}=${short(String(value))}`).join(',')})`
}

/** Long values begin alike: what is cut off is told apart by its hash. */
function short(value: string): string {
  return value.length <= 24 ? value : `${value.slice(0, 24)}…${sha256(Buffer.from(value)).slice(0, 6)}`
}

/** Rewritings of one kind, by whom or into what they were made, one of a request; found by its text, else by its id. */
export function rewriteWrapper(by: string, rows: readonly RewriteRow[]): Wrapper {
  const ids = new Map(rows.flatMap(row => (row.of === undefined ? [] : [[row.of, row] as const])))
  const texts = new Map(
    rows.flatMap(row => (row.prompt === undefined ? [] : [[normaliseText(row.prompt), row] as const])),
  )
  return {
    id: by,
    wrap({ id, prompt, original = prompt }) {
      // An id stands for the words of its row, not for what another step made of them.
      const row = texts.get(normaliseText(prompt)) ?? (prompt === original ? ids.get(id) : undefined)
      return row === undefined ? null : placed({ ...besideOf(row), user: row.text }, prompt)
    },
  }
}

/** Each acts on the user's turn that the one before it left; what they say beside it adds up, the later winning. */
export function chainWrapper(steps: readonly Wrapper[]): Wrapper {
  return {
    id: steps.map(({ id }) => id).join('+'),
    wrap(row) {
      let asked: Asked | null = { user: row.prompt }
      for (const step of steps) {
        const next: Asked | null = step.wrap({ ...row, prompt: asked.user, original: row.original ?? row.prompt })
        if (next === null) return null
        asked = { ...besideOf(asked), ...besideOf(next), user: next.user }
      }
      return placed(asked, row.prompt)
    },
  }
}

/** The last place counts: requests stand behind what is said of them more often than before it. */
function placed(asked: Asked, prompt: string): Wrapped {
  const at = asked.user.lastIndexOf(prompt)
  const [before, after] = at < 0 ? ['', ''] : [asked.user.slice(0, at), asked.user.slice(at + prompt.length)]
  return { ...besideOf(asked), user: asked.user, before, after }
}
